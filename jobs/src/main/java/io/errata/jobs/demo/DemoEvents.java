package io.errata.jobs.demo;

import io.errata.jobs.demo.DemoEvent.Kind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A day of a payment service as it is delivered: some events late, some delivered twice. The same
 * options make the same deliveries.
 */
final class DemoEvents {
  static final LocalDate DAY = LocalDate.of(2024, 6, 10);
  static final Instant BUG_FROM = Instant.parse("2024-06-10T12:00:00Z");
  static final Instant BUG_TO = Instant.parse("2024-06-10T12:30:00Z");

  private static final int LANES = 2;
  private static final int HOURS = 24;
  private static final long HOUR_MICROS = Duration.ofHours(1).toNanos() / 1000;
  private static final long LATEST_MICROS = Duration.ofMinutes(20).toNanos() / 1000;

  /** How often who asks whether to stop is asked. */
  private static final int CHECKED = 1 << 14;

  private final DemoOptions options;
  private final List<? extends DemoSink> sinks;
  private final SplittableRandom random;
  private final DemoTotals totals;

  private long duplicates;
  private long refundsInBug;

  /**
   * What was made.
   *
   * @param duplicates deliveries of an event that had been delivered before
   * @param refundsInBug refunds in the half hour of the bug
   */
  record Made(long duplicates, long refundsInBug, DemoTotals totals) {}

  private DemoEvents(DemoOptions options, List<? extends DemoSink> sinks) {
    this.options = options;
    this.sinks = sinks;
    this.random = new SplittableRandom(options.seed());
    this.totals = new DemoTotals(options.users());
  }

  /**
   * Makes them, and delivers each to all sinks, which the caller closes.
   *
   * @param check called now and then; ends it by an exception
   */
  static Made make(DemoOptions options, List<? extends DemoSink> sinks, Runnable check)
      throws IOException {
    DemoEvents events = new DemoEvents(options, sinks);
    events.make(check);
    return new Made(events.duplicates, events.refundsInBug, events.totals);
  }

  private void make(Runnable check) throws IOException {
    long start = micros(DAY.atStartOfDay(ZoneOffset.UTC).toInstant());
    long number = 0;
    for (int hour = 0; hour < HOURS; hour++) {
      long from = start + hour * HOUR_MICROS;
      long upTo = (long) options.events() * (hour + 1) / HOURS;
      for (; number < upTo; number++) {
        if (number % CHECKED == 0) {
          check.run();
        }
        deliver(draw(number, from));
      }
      for (DemoSink sink : sinks) {
        sink.endBefore(from + HOUR_MICROS);
      }
    }
  }

  private DemoEvent draw(long number, long from) {
    int dice = random.nextInt(100);
    Kind kind = dice < 82 ? Kind.PAYMENT : dice < 94 ? Kind.REFUND : Kind.LOGIN;
    // Squared, so that some users have many events and many have few.
    double share = random.nextDouble();
    int user = (int) (options.users() * share * share);
    long cents = kind == Kind.LOGIN ? 0 : 100 + random.nextLong(49_900);
    long micros = from + random.nextLong(HOUR_MICROS);
    return new DemoEvent(number, kind, user, cents, micros);
  }

  private void deliver(DemoEvent event) throws IOException {
    boolean whileTheBugRan = event.micros() >= micros(BUG_FROM) && event.micros() < micros(BUG_TO);
    totals.add(event.user(), event.amountCents(), event.kind(), whileTheBugRan);
    if (whileTheBugRan && event.kind() == Kind.REFUND) {
      refundsInBug++;
    }
    // Most arrive within seconds; one in fifty minutes later, and so perhaps in the next hour.
    long late =
        random.nextInt(50) == 0 ? random.nextLong(LATEST_MICROS) : random.nextLong(2_000_000);
    long arrival = event.micros() + late;
    int lane = random.nextInt(LANES);
    deliver(event, arrival, lane);
    if (random.nextInt(200) == 0 && event.kind() != Kind.LOGIN) {
      deliver(event, arrival + random.nextLong(LATEST_MICROS), LANES - 1 - lane);
      duplicates++;
    }
  }

  private void deliver(DemoEvent event, long arrival, int lane) throws IOException {
    for (DemoSink sink : sinks) {
      sink.deliver(event, arrival, lane);
    }
  }

  static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1000;
  }
}
