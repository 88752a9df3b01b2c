"""What is known of one patient, and the units of laboratory values."""
