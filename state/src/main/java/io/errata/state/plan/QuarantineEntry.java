package io.errata.state.plan;

import io.errata.api.Bytes;
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
 * @param raw the event as it lies in its source: all of it where it could not be decoded, the
 *     beginning of it otherwise; null where the source has no bytes of one event, where the event
 *     was decoded before anything was found wrong with it, or where they were not asked for
 * @param rawSize how many bytes the event has in its source; 0 where {@code raw} is null
 * @param rawKey the key that the source keeps beside the event, or the beginning of it; null where
 *     there is none
 */
public record QuarantineEntry(
    @Nullable String key,
    @Nullable String keyForm,
    @Nullable String eventId,
    String source,
    long offset,
    String reason,
    @Nullable Bytes raw,
    long rawSize,
    @Nullable Bytes rawKey) {
  /** One without its bytes. */
  public QuarantineEntry(
      @Nullable String key,
      @Nullable String keyForm,
      @Nullable String eventId,
      String source,
      long offset,
      String reason) {
    this(key, keyForm, eventId, source, offset, reason, null, 0, null);
  }
}
