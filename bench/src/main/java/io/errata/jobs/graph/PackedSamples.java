package io.errata.jobs.graph;

import io.errata.api.ColumnType;
import io.errata.api.Position;
import io.errata.connectors.event.EventBlock;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventPacker;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.PackedEvents;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Events with the fields that the comparison with other tools reads, packed as a source packs them.
 * The same in every run.
 */
final class PackedSamples {
  static final EventSchema SCHEMA =
      new EventSchema(
          "event_id",
          "ts",
          EventSchema.TimeUnit.MILLIS,
          null,
          List.of(),
          List.of(
              new EventField("user_id", ColumnType.TEXT),
              new EventField("value", ColumnType.LONG)));

  private static final String FILE = "date=2024-03-01/part-000.parquet";

  static final PackedEvents FORM = new PackedEvents(SCHEMA, List.of(FILE));

  private static final long SEED = 6;
  private static final long START = Instant.parse("2024-03-01T00:00:00Z").toEpochMilli();
  private static final long DAY_MILLIS = 24 * 60 * 60 * 1_000;

  /** One event in so many is a copy of an earlier one. */
  private static final int COPIED = 100;

  /** How many events lie between the two. */
  private static final int DISTANCE = 50;

  private PackedSamples() {}

  /**
   * @param keys that the events are spread over evenly, which is the worst for caches
   */
  static List<EventBlock> blocks(int events, int keys) {
    SplittableRandom random = new SplittableRandom(SEED);
    EventPacker packer = new EventPacker(FORM);
    List<EventBlock> blocks = new ArrayList<>();
    EventRecord[] latest = new EventRecord[DISTANCE];
    for (int i = 0; i < events; i++) {
      EventRecord event =
          i % COPIED == COPIED - 1 ? latest[i % DISTANCE] : event(random, random.nextInt(keys), i);
      latest[i % DISTANCE] = event;
      packer.add(event);
      if (packer.isFull()) {
        addTaken(packer, blocks);
      }
    }
    addTaken(packer, blocks);
    return blocks;
  }

  private static void addTaken(EventPacker packer, List<EventBlock> blocks) {
    EventBlock block = packer.take();
    if (block != null) {
      blocks.add(block);
    }
  }

  private static EventRecord event(SplittableRandom random, int key, long offset) {
    return new EventRecord(
        SCHEMA.payloadSchema(),
        String.format("%016x", random.nextLong()),
        Instant.ofEpochMilli(START + random.nextLong(DAY_MILLIS)),
        "",
        new Object[0],
        new Object[] {String.format("u%07d", key), (long) random.nextInt(100_000)},
        new Position(FILE, offset),
        null);
  }
}
