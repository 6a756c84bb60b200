"""JSON Schemas as data, and one small loader."""
