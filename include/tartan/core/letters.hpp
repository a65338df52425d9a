#pragma once

namespace tartan {

// Python's str.lower, str.isalnum and str.isspace of one character. Where lower case is two characters ("İ") or
// depends on neighbours ("Σ"), the first of them and one for all places.

char32_t lower(char32_t code_point);
bool is_alphanumeric(char32_t code_point);
bool is_space(char32_t code_point);

}  // namespace tartan
