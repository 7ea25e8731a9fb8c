"""Pages of refunds: quote, application, where the money is; the office's room for them."""
