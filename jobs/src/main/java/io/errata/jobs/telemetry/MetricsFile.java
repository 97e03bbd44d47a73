package io.errata.jobs.telemetry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Leaves the metrics of a run in a file for the text file collector of a node exporter, which goes
 * on telling them when the run has ended: one file for each spec and verb, replaced by the next
 * run.
 */
final class MetricsFile {
  private MetricsFile() {}

  /**
   * Writes it whole, or not at all.
   *
   * @throws IOException where the folder can't be written to
   */
  static Path write(Path folder, String spec, String verb, String text) throws IOException {
    Files.createDirectories(folder);
    String name = "errata-" + spec.replaceAll("[^A-Za-z0-9._-]", "_") + "-" + verb + ".prom";
    // The collector reads files that end in .prom alone.
    Path aside = Files.createTempFile(folder, name, ".new");
    try {
      Files.writeString(aside, text, StandardCharsets.UTF_8);
      aside.toFile().setReadable(true, false);
      return Files.move(
          aside,
          folder.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
  }
}
