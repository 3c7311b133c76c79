"""`portfolio site`: numbers from runs alone, hostile text as text, and nothing of the user replaced."""
