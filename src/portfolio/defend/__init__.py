"""`portfolio defend`: what an interviewer will ask about a run, with the number and the line that each rests on."""
