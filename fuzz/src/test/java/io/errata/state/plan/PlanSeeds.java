package io.errata.state.plan;

import io.errata.api.Bytes;
import io.errata.api.Row;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The files of a small plan. */
public final class PlanSeeds {
  private PlanSeeds() {}

  /** Files by their paths below the seeds. */
  public static Map<String, byte[]> all() throws IOException {
    PlanStorage plans = new MemoryPlanStorage();
    QuarantineFileWriter quarantine = QuarantineFileWriter.open(plans, "q");
    quarantine.write(new QuarantineEntry("user_id=eve", "t3:eve", null, "a", 7, "no amount"));
    quarantine.write(new QuarantineEntry(null, null, "e1", "b", 8, "no key"));
    PlanFile quarantined = quarantine.close();
    EffectFileWriter effects = EffectFileWriter.open(plans, "e");
    effects.write(new EffectEntry("user_id=bob", "e1", "totals@2", "mail", "bob", "hello"));
    effects.close();
    CorrectionFileWriter corrections = CorrectionFileWriter.open(plans, "c", PlanFilesFuzz.TABLE);
    corrections.write(new Correction.Insert(row("ann", 1)));
    corrections.write(new Correction.Update(row("bob", 2), live("bob", 3)));
    corrections.write(new Correction.Delete(live("cyd", 4)));
    corrections.close();
    Map<String, byte[]> seeds = new TreeMap<>();
    seeds.put("plan-files/quarantine", behind(0, plans, "q"));
    seeds.put("plan-files/effects", behind(1, plans, "e"));
    seeds.put("plan-files/corrections", behind(2, plans, "c"));
    seeds.put(
        "manifest/plan",
        PlanManifestJson.seal(PlanFilesFuzz.manifest(List.of(quarantined)))
            .json()
            .getBytes(StandardCharsets.UTF_8));
    return seeds;
  }

  private static byte[] behind(int kind, PlanStorage plans, String path) throws IOException {
    try (InputStream in = plans.read(path)) {
      byte[] file = in.readAllBytes();
      byte[] seed = new byte[file.length + 1];
      seed[0] = (byte) kind;
      System.arraycopy(file, 0, seed, 1, file.length);
      return seed;
    }
  }

  private static Row row(String user, long total) {
    return Row.of(
        PlanFilesFuzz.TABLE.values(),
        user,
        LocalDate.of(2024, 6, 10),
        total,
        new BigDecimal("-1.50"),
        new BigDecimal("1E+3"),
        Instant.parse("1969-12-31T23:59:59.999999Z"),
        new UUID(1, 2),
        Bytes.ofHex("00ff"));
  }

  private static LiveRow live(String user, long total) {
    return new LiveRow(row(user, total), new Image(Arrays.asList(user, "2024-06-10", null)));
  }
}
