package io.errata.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.state.plan.CorrectionSource;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.QuarantineEntry;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
  private static final String HOSTILE =
      "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;\u0000\u202e";

  private static final String HALF_A_PAIR = HOSTILE + "\ud800";

  @Test
  void page_saysInOneSentenceWhatTheyPlanWouldDo() throws IOException {
    String page =
        page(
            SamplePlan.manifest(),
            SamplePlan.source(SamplePlan.corrections()),
            SamplePlan.quarantined());
    assertThat(page)
        .contains(
            "Applying this plan corrects 961 rows of public.daily_totals: 900 updated, 60 inserted, 1 deleted."
                + " 199,040 rows agree and stay untouched.");
    String written = System.getProperty("errata.report.sample");
    if (written != null) {
      Files.writeString(Path.of(written), page);
    }
  }

  @Test
  void page_withHostileValuesEverywhere_holdsNoMarkupOfTheirs() throws IOException {
    CorrectionSource corrections =
        SamplePlan.source(
            SamplePlan.insert(SamplePlan.row(HOSTILE, "1", 1L, HOSTILE)),
            SamplePlan.update(
                SamplePlan.row(HOSTILE + 2, "1", 1L, HOSTILE),
                SamplePlan.row(HOSTILE + 2, "2", 1L, "x")));
    PlanManifest plain =
        SamplePlan.manifest(
            corrections,
            List.of(
                new PlanManifest.LimitHit("limits.deletes" + HOSTILE, HOSTILE, HOSTILE, HOSTILE)),
            List.of(HOSTILE));
    PlanManifest hostile =
        new PlanManifest(
            plain.plan(),
            HALF_A_PAIR,
            HALF_A_PAIR,
            plain.window(),
            new PlanManifest.WorkerSection(HOSTILE, HOSTILE, HOSTILE),
            plain.table(),
            new PlanManifest.SnapshotSection(HOSTILE, plain.snapshot().openedAt()),
            plain.events(),
            plain.rows(),
            new PlanManifest.Coverage(
                false,
                List.of(new PlanManifest.MissingPart(HALF_A_PAIR, HALF_A_PAIR)),
                List.of(new PlanManifest.ReadPart(HOSTILE, 0, 1, 1, 1, HOSTILE)),
                List.of(
                    new PlanManifest.ChosenSource(
                        HOSTILE, Optional.empty(), Optional.empty(), HOSTILE))),
            1,
            plain.limits(),
            plain.warnings(),
            plain.corrections(),
            plain.correctionSet(),
            plain.files(),
            plain.seconds(),
            HOSTILE,
            plain.createdAt());
    String page =
        page(
            hostile,
            corrections,
            List.of(new QuarantineEntry(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1, HOSTILE)));

    assertThat(page)
        .doesNotContain("<script")
        .doesNotContain("<img")
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;");
    assertThat(page).doesNotContain("\u0000", "\u202e", "\ud800");
  }

  @Test
  void page_loadsNothing() throws IOException {
    String page =
        page(
            SamplePlan.manifest(),
            SamplePlan.source(SamplePlan.corrections()),
            SamplePlan.quarantined());
    assertThat(page)
        .contains("default-src 'none'")
        .doesNotContainPattern("(?i)(src|href|action)\\s*=")
        .doesNotContainPattern("(?i)url\\(|@import|https?://|//fonts");
  }

  @Test
  void page_ofManyCorrections_isBounded() throws IOException {
    String page =
        page(
            SamplePlan.manifest(),
            SamplePlan.source(SamplePlan.corrections()),
            SamplePlan.quarantined());
    assertThat(page.length()).isLessThan(60_000);
    assertThat(page.split("<td class=\"mark", -1)).hasSize(26);
  }

  @Test
  void page_isTheSameInAnotherLocale() throws IOException {
    String page =
        page(
            SamplePlan.manifest(),
            SamplePlan.source(SamplePlan.corrections()),
            SamplePlan.quarantined());
    Locale usual = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-SA-u-nu-arab"));
      assertThat(
              page(
                  SamplePlan.manifest(),
                  SamplePlan.source(SamplePlan.corrections()),
                  SamplePlan.quarantined()))
          .isEqualTo(page);
    } finally {
      Locale.setDefault(usual);
    }
  }

  @Test
  void page_withALimitHit_saysSoBeforeAllElseAndHowToGoOn() throws IOException {
    PlanManifest manifest =
        SamplePlan.manifest(
            SamplePlan.source(SamplePlan.corrections()),
            List.of(
                new PlanManifest.LimitHit(
                    "limits.deletes", "0", "1", "The plan would delete more rows than allowed.")),
            List.of());
    String page = page(manifest, SamplePlan.source(SamplePlan.corrections()), List.of());
    assertThat(page).contains("Stopped by").contains("--override limits.deletes");
    assertThat(page.indexOf("Stopped by")).isLessThan(page.indexOf("class=\"tiles\""));
  }

  @Test
  void page_withoutDrift_saysThatThereIsNothingToCorrect() throws IOException {
    CorrectionSource none = SamplePlan.source();
    String page = page(SamplePlan.manifest(none, List.of(), List.of()), none, List.of());
    assertThat(page)
        .contains("There is nothing to correct in public.daily_totals: all 199,040 rows agree.")
        .doesNotContain("Largest corrections");
  }

  private static String page(
      PlanManifest manifest, CorrectionSource corrections, List<QuarantineEntry> quarantined)
      throws IOException {
    StringWriter out = new StringWriter();
    HtmlReport.write(out, manifest, corrections, quarantined);
    return out.toString();
  }
}
