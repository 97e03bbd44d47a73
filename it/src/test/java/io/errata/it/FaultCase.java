package io.errata.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * A table with drift and the events that show it, both made from a number; and what the table has
 * to be after the correction, worked out here and not by Errata.
 *
 * @param events the folder of the events
 * @param before rows as COPY prints them
 * @param planned the same after the correction
 * @param corrected keys of rows that are updated
 * @param corrections how many there are
 */
record FaultCase(
    long seed,
    Path events,
    List<String> before,
    List<String> planned,
    List<String> corrected,
    int corrections) {
  private static final List<String> NOTES =
      List.of("", "\\N", "o'clock", "a\\\\b", "tab\\there", "😀", "\"q\"");

  static FaultCase of(long seed, Path folder) {
    Random random = new Random(seed * 7919 + 17);
    int users = 12 + random.nextInt(seed % 5 == 0 ? 900 : 60);
    StringBuilder csv = new StringBuilder("event_id,ts,user_id,value\n");
    TreeMap<String, String> right = new TreeMap<>();
    TreeMap<String, String> live = new TreeMap<>();
    List<String> updated = new ArrayList<>();
    int corrections = 0;
    for (int u = 0; u < users; u++) {
      String user = String.format(java.util.Locale.ROOT, "user-%04d", u);
      long total = 0;
      int events = 1 + random.nextInt(3);
      for (int e = 0; e < events; e++) {
        long value = random.nextInt(2000) - 1000;
        total += value;
        csv.append("e" + u + "-" + e + ",2024-06-10T")
            .append(String.format(java.util.Locale.ROOT, "%02d:%02d:00Z", u % 24, e))
            .append("," + user + "," + value + "\n");
      }
      String note = NOTES.get(random.nextInt(NOTES.size()));
      String row = user + "\t" + total + "\t" + events + "\t";
      // One of each kind at least, so that every statement of an apply has something to do.
      int kind = u < 3 ? u : random.nextInt(6);
      switch (kind) {
        case 0 -> {
          live.put(
              user, user + "\t" + (total + 1 + random.nextInt(9)) + "\t" + events + "\t" + note);
          right.put(user, row + note);
          updated.add(user);
          corrections++;
        }
        case 1 -> {
          right.put(user, row + "\\N");
          corrections++;
        }
        case 2 -> {
          live.put(user, row + note);
          right.put(user, row + note);
          String ghost = "ghost-" + u;
          live.put(ghost, ghost + "\t1\t1\t" + note);
          corrections++;
        }
        default -> {
          live.put(user, row + note);
          right.put(user, row + note);
        }
      }
    }
    try {
      Path events = Files.createDirectories(folder.resolve("events-" + seed));
      Files.writeString(events.resolve("part.csv"), csv);
      return new FaultCase(
          seed,
          events,
          live.values().stream().sorted().toList(),
          right.values().stream().sorted().toList(),
          updated,
          corrections);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
