package io.errata.connectors.read;

import io.errata.connectors.ReadRate;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import java.util.List;
import org.apache.flink.api.connector.source.Source;
import org.jspecify.annotations.Nullable;

/** A window that is read split by split, so that several can be read by one Flink source. */
public interface SplitWindow extends ResolvedWindow {
  /** The fields that are decoded. */
  EventSchema schema();

  /** What is read, in the order in which it is handed out. */
  List<ReadSplit> splits();

  /** Opens {@link #splits()} where they are read. */
  SplitOpener opener();

  /**
   * Why the source may lack events of the window although nothing is known to be missing. Alone,
   * the source is taken at its word; where another one can be read as well, it isn't.
   */
  default List<String> doubts() {
    return List.of();
  }

  @Override
  default Source<SourceRecord, ?, ?> source(ReadRate rate, @Nullable PackedEvents packed) {
    return new SplitSource(schema(), splits(), opener(), rate, packed);
  }
}
