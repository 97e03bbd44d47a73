package io.errata.connectors.memory;

import io.errata.connectors.Window;
import io.errata.connectors.event.EventPacker;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.read.EventAssembler;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitCursor;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads one part. */
final class MemoryCursor implements SplitCursor {
  private final ReadSplit split;
  private final MemoryRows rows;
  private final EventAssembler assembler;
  private boolean done;

  MemoryCursor(
      Window window,
      EventSchema schema,
      @Nullable Condition condition,
      byte[] rows,
      ReadSplit split) {
    FieldPlan plan = new FieldPlan(schema);
    this.split = split;
    this.rows = new MemoryRows(rows, plan);
    this.assembler = new EventAssembler(plan, window, Optional.ofNullable(condition));
  }

  @Override
  public void pace(ReadPace pace) {
    assembler.pace(pace);
  }

  @Override
  public void pack(EventPacker packer) {
    assembler.pack(packer);
  }

  @Override
  public @Nullable SourceRecord next() throws IOException {
    if (done) {
      return null;
    }
    while (rows.next()) {
      @Nullable SourceRecord event = assembler.assemble(rows, split.input());
      if (event != null) {
        return event;
      }
    }
    done = true;
    return assembler.receipt(split, null);
  }

  @Override
  public int lastSize() {
    return 0;
  }

  @Override
  public void close() {}
}
