package io.errata.connectors.memory;

import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.ReadRate;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.read.Coverage;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitOpener;
import io.errata.connectors.read.SplitSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.Source;
import org.jspecify.annotations.Nullable;

/** A window over rows in memory. */
final class MemoryWindow implements ResolvedWindow {
  private final EventSchema schema;
  private final List<InputPart> inputs;
  private final List<Gap> gaps;
  private final List<ReadSplit> splits = new ArrayList<>();
  private final SplitOpener opener;

  MemoryWindow(
      Window window,
      EventSchema schema,
      @Nullable Condition condition,
      List<InputPart> inputs,
      List<Gap> gaps,
      List<byte[]> rows) {
    this.schema = schema;
    this.inputs = List.copyOf(inputs);
    this.gaps = List.copyOf(gaps);
    byte[][] parts = rows.toArray(byte[][]::new);
    for (int i = 0; i < parts.length; i++) {
      InputPart part = inputs.get(i);
      splits.add(new ReadSplit(part.name(), part.name(), i, 1, 0, part.rows(), -1, "", false));
    }
    this.opener =
        split ->
            new MemoryCursor(
                window, schema, condition, parts[Math.toIntExact(split.offset())], split);
  }

  @Override
  public List<InputPart> inputs() {
    return inputs;
  }

  @Override
  public List<Gap> gaps() {
    return gaps;
  }

  @Override
  public long estimatedEvents() {
    return inputs.stream().mapToLong(InputPart::rows).sum();
  }

  @Override
  public Source<SourceRecord, ?, ?> source(ReadRate rate, @Nullable PackedEvents packed) {
    return new SplitSource(schema, splits, opener, rate, packed);
  }

  @Override
  public List<Gap> confirm(List<SplitReceipt> receipts) {
    return Coverage.confirm(gaps, splits, receipts);
  }
}
