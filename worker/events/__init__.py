"""Article → Events: language pipeline, gazetteer, frames, dates, confidence."""
