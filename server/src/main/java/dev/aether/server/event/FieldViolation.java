package dev.aether.server.event;

/**
 * An invalid field of a request.
 *
 * @param field its path in the request
 * @param description why it is invalid, as text that follows the path in an error message
 */
public record FieldViolation(String field, String description) {}
