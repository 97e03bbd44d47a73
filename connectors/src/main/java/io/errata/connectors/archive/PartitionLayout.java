package io.errata.connectors.archive;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The names of the folders that hold the events of a time, from a pattern in the notation of
 * strftime.
 */
final class PartitionLayout {
  /**
   * Every offset of every zone since 1900 that archives can meet is a multiple of this, so no local
   * hour is stepped over.
   */
  private static final Duration HOUR_STEP = Duration.ofMinutes(15);

  /** Shorter than the shortest day. */
  private static final Duration DAY_STEP = Duration.ofHours(12);

  private final List<Piece> pieces;
  private final Duration step;

  private PartitionLayout(List<Piece> pieces, Duration step) {
    this.pieces = pieces;
    this.step = step;
  }

  private record Piece(char directive, String literal) {}

  /**
   * @throws ErrataException INVALID_SPEC where the pattern has an unknown directive or leaves out a
   *     unit between others
   */
  static PartitionLayout parse(String pattern) {
    List<Piece> pieces = new ArrayList<>();
    String units = "";
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '%') {
        literal.append(c);
        continue;
      }
      char directive = ++i < pattern.length() ? pattern.charAt(i) : ' ';
      if (directive == '%') {
        literal.append('%');
      } else if ("YmdHM".indexOf(directive) >= 0) {
        pieces.add(new Piece(' ', literal.toString()));
        literal.setLength(0);
        pieces.add(new Piece(directive, ""));
        units = units.indexOf(directive) < 0 ? units + directive : units;
      } else {
        throw invalid(pattern, "%" + directive + " is not one of %Y %m %d %H %M %%");
      }
    }
    pieces.add(new Piece(' ', literal.toString()));
    if (!pattern.isEmpty() && units.isEmpty()) {
      throw invalid(pattern, "it names no date");
    }
    for (int i = 0; i < units.length(); i++) {
      if (units.indexOf("YmdHM".charAt(i)) < 0) {
        throw invalid(pattern, "it leaves out %" + "YmdHM".charAt(i));
      }
    }
    if (pattern.startsWith("/") || ("/" + pattern + "/").contains("/../")) {
      throw invalid(pattern, "it must stay below the path");
    }
    return new PartitionLayout(List.copyOf(pieces), step(units));
  }

  private static Duration step(String units) {
    return switch (units.length()) {
      case 0, 1, 2, 3 -> DAY_STEP;
      case 4 -> HOUR_STEP;
      default -> Duration.ofMinutes(1);
    };
  }

  private static ErrataException invalid(String pattern, String why) {
    return new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot read an archive's layout: " + pattern + " (" + why + ")",
        "Write it like date=%Y-%m-%d/hour=%H in events.archive.layout, or leave it out for one folder.");
  }

  /** Whether all files lie in one folder. */
  boolean isFlat() {
    return pieces.size() == 1 && pieces.get(0).literal().isEmpty();
  }

  /**
   * The folders whose stretch of time touches the window, in the order of time; paths relative to
   * the archive's.
   */
  Set<String> folders(Window window, ZoneId zone) {
    Set<String> folders = new LinkedHashSet<>();
    if (isFlat()) {
      folders.add("");
      return folders;
    }
    for (Instant time = window.from(); time.isBefore(window.to()); time = time.plus(step)) {
      folders.add(folder(time.atZone(zone)));
    }
    // The last step may reach beyond a border that the window's last moment lies behind.
    folders.add(folder(window.to().minusNanos(1).atZone(zone)));
    return folders;
  }

  /**
   * A folder of a layout that has any.
   *
   * @param name relative to the archive's path
   * @param start where its stretch of time begins; of the first of a list, not before the window
   */
  record Span(String name, Instant start) {}

  /**
   * The folders of {@link #folders}, each with where it begins, and the one behind them. Not for a
   * flat layout.
   */
  List<Span> spans(Window window, ZoneId zone) {
    List<Span> spans = new ArrayList<>();
    Instant at = window.from();
    String name = folder(at.atZone(zone));
    spans.add(new Span(name, at));
    while (at.isBefore(window.to())) {
      Instant next = at.plus(step);
      String nextName = folder(next.atZone(zone));
      if (!nextName.equals(name)) {
        spans.add(new Span(nextName, border(at, next, name, zone)));
        name = nextName;
      }
      at = next;
    }
    if (spans.get(spans.size() - 1).start().isBefore(window.to())) {
      // The last one holds the window's last moment: one more lies behind it.
      for (Instant next = at; ; next = next.plus(step)) {
        String nextName = folder(next.atZone(zone));
        if (!nextName.equals(name)) {
          spans.add(new Span(nextName, border(next.minus(step), next, name, zone)));
          break;
        }
      }
    }
    return spans;
  }

  /** The first moment, to the second, that is no longer in a folder. */
  private Instant border(Instant inside, Instant outside, String name, ZoneId zone) {
    long low = inside.getEpochSecond();
    long high = outside.getEpochSecond();
    while (high - low > 1) {
      long middle = low + (high - low) / 2;
      if (folder(Instant.ofEpochSecond(middle).atZone(zone)).equals(name)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Instant.ofEpochSecond(high);
  }

  private String folder(ZonedDateTime time) {
    StringBuilder name = new StringBuilder();
    for (Piece piece : pieces) {
      switch (piece.directive()) {
        case 'Y' -> pad(name, time.getYear(), 4);
        case 'm' -> pad(name, time.getMonthValue(), 2);
        case 'd' -> pad(name, time.getDayOfMonth(), 2);
        case 'H' -> pad(name, time.getHour(), 2);
        case 'M' -> pad(name, time.getMinute(), 2);
        default -> name.append(piece.literal());
      }
    }
    return name.toString();
  }

  private static void pad(StringBuilder name, int value, int digits) {
    String text = Integer.toString(value);
    name.append("0".repeat(Math.max(0, digits - text.length()))).append(text);
  }
}
