package io.errata.it;

import io.errata.api.ColumnType;
import io.errata.api.Effects;
import io.errata.api.Event;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sums amounts by name, and does whatever wrong a field of the event says. Found by its service.
 */
public final class FaultyWorker implements Worker<FaultyWorker.Sum> {
  /** Loops go on until this is set; a process of its own never sets it. */
  private static volatile boolean released;

  private static volatile long spun;

  /** Of which the first event that waits takes one down; further ones don't wait. */
  private static final AtomicReference<CountDownLatch> WAITING = new AtomicReference<>();

  private static final RowSchema READS =
      RowSchema.builder()
          .column("name", ColumnType.TEXT)
          .column("amount", ColumnType.DECIMAL)
          .column("does", ColumnType.TEXT)
          .build();
  private static final RowSchema KEY = RowSchema.builder().column("name", ColumnType.TEXT).build();
  private static final RowSchema COLUMNS =
      RowSchema.builder()
          .column("total", ColumnType.DECIMAL)
          .column("events", ColumnType.LONG)
          .build();

  /** The state of a name. */
  static final class Sum {
    private BigDecimal total = BigDecimal.ZERO;
    private long events;
    private String atTheEnd = "";
  }

  /** Lets every loop of this process end. */
  static void release() {
    released = true;
  }

  /**
   * Lets one event wait until its task is given up, and no other.
   *
   * @return opens when it waits
   */
  static CountDownLatch waitOnce() {
    CountDownLatch waiting = new CountDownLatch(1);
    WAITING.set(waiting);
    return waiting;
  }

  /** Lets loops loop. */
  static void hold() {
    released = false;
  }

  @Override
  public String name() {
    return "faulty";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public RowSchema reads() {
    return READS;
  }

  @Override
  public RowSchema key() {
    return KEY;
  }

  @Override
  public RowSchema columns() {
    return COLUMNS;
  }

  @Override
  public List<Row> keys(Event event) {
    return switch (String.valueOf(event.value("does"))) {
      case "throw in keys" -> throw new IllegalStateException("secret");
      case "loop in keys" -> {
        loop();
        yield List.of();
      }
      case "no key" -> List.of();
      case "null for keys" -> null;
      case "null key" -> Arrays.asList(key(event), Row.of(KEY, new Object[] {null}));
      case "key of others" -> List.of(Row.of(COLUMNS, BigDecimal.ONE, 1L));
      case "one key twice" -> List.of(key(event), key(event));
      default -> List.of(key(event));
    };
  }

  private static Row key(Event event) {
    return Row.of(KEY, event.asText("name"));
  }

  @Override
  public Sum start(Row key) {
    if (key.asText("name").equals("unstartable")) {
      throw new IllegalArgumentException("secret");
    }
    return new Sum();
  }

  @Override
  public Sum apply(Sum sum, Row key, Event event, Effects effects) {
    sum.total = sum.total.add(event.asDecimal("amount"));
    sum.events++;
    Object does = event.value("does");
    switch (does == null ? "" : (String) does) {
      case "throw" -> throw new IllegalStateException("secret " + sum.total);
      case "overflow" -> apply(sum, key, event, effects);
      case "assert" -> throw new AssertionError("secret");
      case "exhaust" -> sum.atTheEnd = String.valueOf(new long[Integer.MAX_VALUE].length);
      case "unlink" -> throw new NoClassDefFoundError("com/example/Gone");
      case "loop" -> loop();
      case "sleep" -> sleep();
      case "wait once" -> {
        CountDownLatch waiting = WAITING.getAndSet(null);
        if (waiting != null) {
          waiting.countDown();
          sleep();
        }
      }
      default -> sum.atTheEnd = does == null ? sum.atTheEnd : (String) does;
    }
    return sum;
  }

  @Override
  public Optional<Row> result(Row key, Sum sum) {
    switch (sum.atTheEnd) {
      case "throw at the end" -> throw new IllegalStateException("secret");
      case "loop at the end" -> loop();
      case "row of another key" -> {
        return Optional.of(Row.of(KEY.concat(COLUMNS), "ann", sum.total, sum.events));
      }
      case "null at the end" -> {
        return null;
      }
      default -> {}
    }
    return Optional.of(Row.of(COLUMNS, sum.total, sum.events));
  }

  /** Takes no notice of anything. */
  private static void loop() {
    while (!released) {
      spun++;
    }
  }

  private static void sleep() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
