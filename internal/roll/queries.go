package roll

// What this desk keeps beside the book; one text for both engines. A row in quarantine is settled once it was taken (1) or
// dropped (2), and stays as it was last.
const (
	keepRow = `INSERT INTO quarantine (id, file, line, kind, headings, cells, findings, settled, kept, destination, kept_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10) ON CONFLICT (id) DO NOTHING`
	waitingRows = `SELECT id, file, line, kind, headings, cells, findings, kept, destination, kept_by FROM quarantine WHERE settled = 0 ORDER BY kept, file, line`
	waitingOf   = `SELECT id, file, line, kind, headings, cells, findings, kept, destination, kept_by FROM quarantine
		WHERE settled = 0 AND kept = $1 AND file = $2 AND kind = $3 ORDER BY line LIMIT $4 OFFSET $5`
	waitingRow   = `SELECT id, file, line, kind, headings, cells, findings, kept, destination, kept_by FROM quarantine WHERE settled = 0 AND id = $1`
	waitingFiles = `SELECT file, kind, kept, destination, kept_by, COUNT(*) FROM quarantine WHERE settled = 0
		GROUP BY file, kind, kept, destination, kept_by ORDER BY kept DESC, file, kind`
	settledRows = `SELECT id FROM quarantine WHERE settled <> 0`
	settleRow   = `UPDATE quarantine SET settled = 1 WHERE id = $1`
	dropRow     = `UPDATE quarantine SET settled = 2 WHERE id = $1`
	mendRow     = `UPDATE quarantine SET cells = $2, findings = $3 WHERE id = $1`
)
