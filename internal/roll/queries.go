package roll

// What this desk keeps beside the book; one text for both engines.
const (
	keepRow = `INSERT INTO quarantine (id, file, line, kind, headings, cells, findings, settled, kept) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)
		ON CONFLICT (id) DO NOTHING`
	waitingRows = `SELECT id, file, line, kind, headings, cells, findings FROM quarantine WHERE settled = 0 ORDER BY kept, file, line`
	settleRow   = `UPDATE quarantine SET settled = 1 WHERE id = $1`
)
