package io.errata.state.plan;

/**
 * An effect that a worker would have had.
 *
 * @param key the key's columns and values as text
 * @param eventId the event that it was for
 * @param worker {@code name@version}
 * @param kind what it is
 * @param target for whom or what
 * @param detail anything more
 */
public record EffectEntry(
    String key, String eventId, String worker, String kind, String target, String detail) {}
