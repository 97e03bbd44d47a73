package io.errata.state.plan;

import org.jspecify.annotations.Nullable;

/**
 * An event because of which a key is not corrected.
 *
 * @param key the key's columns and values as text, or null where it can't be known: then no key is
 *     corrected
 * @param keyForm the key's canonical form, or null
 * @param eventId or null where it can't be read
 * @param source the file or partition
 * @param offset the row or offset
 * @param reason without the payload
 */
public record QuarantineEntry(
    @Nullable String key,
    @Nullable String keyForm,
    @Nullable String eventId,
    String source,
    long offset,
    String reason) {}
