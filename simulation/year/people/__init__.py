"""The people of the year: their ways, their papers, their phones, what they do and note down."""
