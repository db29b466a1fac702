"""What a lecturer needs beside the book: plans, cheat sheets, slides, a bank of questions."""
