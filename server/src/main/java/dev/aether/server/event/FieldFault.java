package dev.aether.server.event;

/**
 * A field of a request that is at fault, by its path in the request, and what is wrong with it, for
 * people.
 */
public record FieldFault(String field, String fault) {}
