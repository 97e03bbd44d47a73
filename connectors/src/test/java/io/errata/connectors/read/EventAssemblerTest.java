package io.errata.connectors.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventBlock;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventPacker;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What packing changes; what events are is for the sources' contract suite. */
class EventAssemblerTest {
  private static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.SECONDS,
          null,
          List.of(),
          List.of(new EventField("amount", ColumnType.LONG)));
  private static final Window WINDOW = new Window(Instant.EPOCH, Instant.ofEpochSecond(1_000));

  private final EventAssembler assembler =
      new EventAssembler(new FieldPlan(SCHEMA), WINDOW, Optional.empty());
  private final EventPacker packer = new EventPacker(new PackedEvents(SCHEMA, List.of("in")));

  /** One row. */
  private record Row(long offset, @Nullable Object... fields) implements RowDecoder {
    @Override
    public boolean next() {
      return false;
    }

    @Override
    public @Nullable String rejection() {
      return null;
    }

    @Override
    public @Nullable Object time() {
      return fields[1];
    }

    @Override
    public void values(@Nullable Object[] target) {
      System.arraycopy(fields, 0, target, 0, target.length);
    }

    @Override
    public void close() {}
  }

  private @Nullable SourceRecord assemble(@Nullable Object... fields) {
    return assembler.assemble(new Row(1, fields), "in");
  }

  @Test
  void packed_rejectedEventComesAtOnceAndAlone() {
    assembler.pack(packer);
    assertThat(assemble("e1", 5L, 7L)).isNull();
    SourceRecord rejected = assemble("e2", 6L, "seven");
    assertThat(assemble("e3", 7L, 8L)).isNull();

    assertThat(((EventRecord) rejected).rejection())
        .contains("Cannot decode amount: text that is not a whole number");
    EventBlock block = packer.take();
    assertThat(block.count()).isEqualTo(2);
    assertThat(block.newest()).isEqualTo(Instant.ofEpochSecond(7));
  }

  @Test
  void packed_eventOutsideTheWindowIsNotThere() {
    assembler.pack(packer);
    assertThat(assemble("e1", 1_000L, 7L)).isNull();
    assertThat(packer.take()).isNull();
  }

  /** At ten events a second, a block of hundreds would be half a minute late. */
  @Test
  void packed_eventThatWasWaitedForGoesOnItsWay() {
    long[] now = {0};
    ReadPace pace = ReadPace.waiting(() -> now[0], nanos -> now[0] += nanos);
    pace.share(new ReadPace.Share(10, Double.POSITIVE_INFINITY));
    assembler.pack(packer);
    assembler.pace(pace);

    assertThat(assemble("e1", 5L, 7L)).isInstanceOf(EventBlock.class);
    pace.arm();
    assertThat(assemble("e2", 5L, 7L)).isInstanceOf(EventBlock.class);
  }
}
