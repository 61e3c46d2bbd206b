"""Question-set files, one reader per format; each returns a QuestionSet or raises QuestionSetError."""
