package io.errata.connectors.event;

/**
 * Stands in an event for the value of a field that could not be decoded.
 *
 * @param reason without the value
 */
public record Unreadable(String reason) {}
