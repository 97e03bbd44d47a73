package io.errata.connectors.archive;

import io.errata.connectors.Gap;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All that an archive gives for a window, read here and now without a job. */
record Reading(
    ArchiveWindow window, List<EventRecord> events, List<SplitReceipt> receipts, List<Gap> gaps) {
  static Reading of(
      ArchiveOptions options, Window window, EventSchema schema, Optional<Condition> condition) {
    return of((ArchiveWindow) new ArchiveWindowSource(options).resolve(window, schema, condition));
  }

  static Reading of(ArchiveWindow window) {
    return of(window, ReadPace.unlimited());
  }

  static Reading of(ArchiveWindow window, ReadPace pace) {
    List<EventRecord> events = new ArrayList<>();
    List<SplitReceipt> receipts = new ArrayList<>();
    for (ReadSplit split : window.splits()) {
      try (ArchiveCursor cursor = new ArchiveCursor(window.format(), window.request(), split)) {
        cursor.pace(pace);
        for (SourceRecord next = cursor.next(); next != null; next = cursor.next()) {
          if (next instanceof EventRecord event) {
            events.add(event);
          } else if (next instanceof SplitReceipt receipt) {
            receipts.add(receipt);
          }
        }
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    return new Reading(window, events, receipts, window.confirm(receipts));
  }

  long read() {
    return receipts.stream().mapToLong(SplitReceipt::read).sum();
  }

  List<String> ids() {
    return events.stream().map(event -> event.knownId().orElse("?")).toList();
  }

  List<String> rejections() {
    return events.stream().flatMap(event -> event.rejection().stream()).toList();
  }
}
