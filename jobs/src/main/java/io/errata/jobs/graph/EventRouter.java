package io.errata.jobs.graph;

import io.errata.api.Position;
import io.errata.api.Row;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.RawEvent;
import io.errata.state.plan.QuarantineEntry;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes events to the keys that they touch: to be replayed there, or to bar them from being
 * corrected.
 */
final class EventRouter {
  private final KeyRows keys;
  private final Consumer<KeyedRecord> keyed;
  private final Consumer<Outcome> unkeyed;

  /**
   * @param keys finds the keys
   * @param keyed takes what belongs to one key
   * @param unkeyed takes quarantine entries that bar all keys
   */
  EventRouter(KeyRows keys, Consumer<KeyedRecord> keyed, Consumer<Outcome> unkeyed) {
    this.keys = keys;
    this.keyed = keyed;
    this.unkeyed = unkeyed;
  }

  /**
   * Takes an event to its keys.
   *
   * @return whether there is at least one
   */
  boolean replay(EventRecord event) {
    return route(event) == KeptEvent.Use.REPLAYED;
  }

  /** Takes an event to its keys, or bars all keys where they can't be known. */
  KeptEvent.Use route(EventRecord event) {
    Map<String, Row> touched;
    try {
      touched = keys.of(event);
    } catch (Throwable e) {
      barAll(event, "its key can't be known: " + Reasons.of(e, event));
      return KeptEvent.Use.BARRED;
    }
    touched.forEach((form, row) -> keyed.accept(new KeyedRecord.Touch(form, row, event)));
    return touched.isEmpty() ? KeptEvent.Use.NONE : KeptEvent.Use.REPLAYED;
  }

  /** Takes what the events of a key add up to. */
  void fold(KeyedRecord.Folded folded) {
    keyed.accept(folded);
  }

  /** Takes back an event that was routed to its keys. */
  void withdraw(EventRecord event) {
    Map<String, Row> touched;
    try {
      touched = keys.of(event);
    } catch (RuntimeException e) {
      throw new IllegalStateException("Cannot know the keys of an event that were known before", e);
    }
    long timestamp = ReplayOrder.micros(event.time());
    touched
        .keySet()
        .forEach(form -> keyed.accept(new KeyedRecord.Withdrawn(form, timestamp, event.id())));
  }

  /** Bars the keys of an event, or all keys where they can't be known. */
  void bar(EventRecord event, String reason) {
    Map<String, Row> touched;
    try {
      touched = keys.of(event);
    } catch (Throwable e) {
      barAll(event, reason + "; its key can't be known: " + Reasons.of(e, event));
      return;
    }
    touched.forEach(
        (form, row) ->
            keyed.accept(
                new KeyedRecord.Barred(form, entry(event, KeyRows.text(row), form, reason))));
  }

  private void barAll(EventRecord event, String reason) {
    unkeyed.accept(new Outcome.Quarantined(entry(event, null, null, reason)));
  }

  static QuarantineEntry entry(
      EventRecord event, @Nullable String key, @Nullable String form, String reason) {
    Position position = event.position();
    @Nullable RawEvent raw = event.raw().orElse(null);
    return new QuarantineEntry(
        key,
        form,
        event.knownId().orElse(null),
        position.source(),
        position.offset(),
        reason,
        raw == null ? null : raw.value(),
        raw == null ? 0 : raw.size(),
        raw == null ? null : raw.key());
  }
}
