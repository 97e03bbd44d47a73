package io.errata.jobs.cli;

import io.errata.connectors.Gap;
import io.errata.jobs.plan.EventComparison;
import io.errata.jobs.plan.EventComparison.Hour;
import io.errata.jobs.plan.EventComparison.Side;
import io.errata.jobs.report.DisplayText;
import java.util.ArrayList;
import java.util.List;

/** Tells a person whether Kafka and the archive hold the same events. */
final class ComparisonText {
  private static final int SHOWN = 24;

  private final Console console;

  ComparisonText(Console console) {
    this.console = console;
  }

  void print(EventComparison found) {
    if (found.isSame()) {
      console.say(
          console.styled(Style.GOOD, "The same")
              + ": Kafka and the archive hold the same "
              + DisplayText.count(found.kafka().events().count(), "event")
              + " of "
              + found.window()
              + ", with the same digest in each of "
              + DisplayText.count(found.hours(), "hour")
              + ".");
    } else {
      console.say(
          console.styled(Style.BAD, "Not the same")
              + ": it is not proved that Kafka and the archive hold the same events of "
              + found.window()
              + ".");
    }
    say(found.archive());
    say(found.kafka());
    for (Gap gap : found.gaps().subList(0, Math.min(SHOWN, found.gaps().size()))) {
      console.say(
          "  missing: "
              + DisplayText.wholeLine(gap.input())
              + ": "
              + DisplayText.wholeLine(gap.reason()));
    }
    more(found.gaps().size(), "gap");
    if (!found.differences().isEmpty()) {
      console.say(
          DisplayText.count(found.differences().size())
              + " of "
              + DisplayText.count(found.hours(), "hour")
              + " with events differ:");
      found.differences().stream().limit(SHOWN).forEach(this::say);
      more(found.differences().size(), "hour");
    }
  }

  private void say(Side side) {
    List<String> parts = new ArrayList<>();
    parts.add(DisplayText.count(side.events().count(), "event"));
    parts.add(DisplayText.count(side.read()) + " read");
    add(parts, side.duplicates(), "duplicates");
    add(parts, side.filtered(), "left out by the filter");
    add(parts, side.rejected(), "that can't be decoded, and so can't be compared");
    console.say("  " + DisplayText.wholeLine(side.name()) + ": " + String.join(", ", parts));
  }

  private void say(Hour hour) {
    List<String> parts = new ArrayList<>();
    add(parts, hour.onlyInArchive(), "only in the archive");
    add(parts, hour.onlyInKafka(), "only in Kafka");
    add(parts, hour.different(), "with other contents");
    console.say(
        "  "
            + hour.start()
            + "  "
            + DisplayText.count(hour.archive().count())
            + " in the archive, "
            + DisplayText.count(hour.kafka().count())
            + " in Kafka"
            + (parts.isEmpty() ? "" : ": " + String.join(", ", parts))
            + (hour.archive().equals(hour.kafka()) ? "" : "; the digests differ"));
  }

  private static void add(List<String> parts, long number, String what) {
    if (number > 0) {
      parts.add(DisplayText.count(number) + " " + what);
    }
  }

  private void more(int all, String noun) {
    if (all > SHOWN) {
      console.say("  … and " + DisplayText.count(all - SHOWN, "more " + noun));
    }
  }
}
