package words

// Spoken is the table of words for the values of parameters.
var Spoken = spoken
