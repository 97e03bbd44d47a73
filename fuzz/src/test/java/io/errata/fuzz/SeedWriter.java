package io.errata.fuzz;

import io.errata.connectors.archive.ArchiveSeeds;
import io.errata.connectors.record.RecordSeeds;
import io.errata.state.plan.PlanSeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes the seeds that aren't text: {@code SeedWriter FOLDER}, with the folder of the seeds in the
 * sources.
 */
final class SeedWriter {
  private SeedWriter() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    write(folder, ArchiveSeeds.all());
    write(folder, RecordSeeds.all());
    write(folder, PlanSeeds.all());
  }

  private static void write(Path folder, Map<String, byte[]> seeds) throws IOException {
    for (Map.Entry<String, byte[]> seed : seeds.entrySet()) {
      Files.write(folder.resolve(seed.getKey()), seed.getValue());
    }
  }
}
