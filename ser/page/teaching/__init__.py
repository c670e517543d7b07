"""What a visitor teaches the session's speaker model: rounds of acting, and corrections."""
