package custody_test
var stats = map[string]int{}
