"""Engine: plain arrays in, plain arrays out; no pandas, no dates, no classes of the rooms above."""
