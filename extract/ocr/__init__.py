"""Pages that are pictures to pages of characters and rulings: OpenCV levels them and finds their
lines, an OCR whose models come in a wheel reads cell by cell. Loaded when a page needs it."""
