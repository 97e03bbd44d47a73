package io.errata.state.table.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.plan.Correction;
import io.errata.state.table.CsvOptions;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import io.errata.testkit.ListedCorrections;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of a plan's corrections. */
class CsvCorrectionsTest {
  @TempDir Path folder;

  @Test
  void list_hasEachCorrectionInTheOrderOfKeys() throws IOException {
    CsvCorrections list = list("value");
    list.write(
        new ListedCorrections(
            List.of(
                new Correction.Insert(row("zoë, the \"1st\"", "3")),
                new Correction.Update(row("bob", "10"), live("bob", "10", "\"12.50\"", "12.50")),
                new Correction.Update(row("amy", null), live("amy", "1", "7", "7")),
                new Correction.Delete(live("\"\"", "0", "1.0", "1.0")))));
    assertThat(Files.readString(path()))
        .isEqualTo(
            """
            correction,user_id,value,value_before
            delete,"",,1.0
            update,amy,,7
            update,bob,"10.00","12.50"
            insert,"zoë, the ""1st""\",3,
            """);
    // Nothing else is left in the folder.
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(path());
    }
  }

  @Test
  void list_withoutCorrections_isAHeader() throws IOException {
    list("value").write(new ListedCorrections(List.of()));
    assertThat(Files.readString(path())).isEqualTo("correction,user_id,value,value_before\n");
  }

  @Test
  void list_ofAnotherPlan_isTakenAway() throws IOException {
    Files.writeString(path(), "correction,day,total,total_before\n");
    CsvCorrections.removeOld(options("value"));
    assertThat(path()).doesNotExist();
    CsvCorrections.removeOld(options("value"));
    Files.createFile(path());
    CsvCorrections.removeOld(options("value"));
    assertThat(path()).doesNotExist();
  }

  @Test
  void file_thatIsNoList_isLeft() throws IOException {
    for (String text : List.of("user_id,value\namy,7\n", "corrections,x\n", "correction", "\n")) {
      Files.writeString(path(), text);
      ErrataException refused =
          catchThrowableOfType(
              ErrataException.class, () -> CsvCorrections.removeOld(options("value")));
      assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_SPEC);
      assertThat(refused)
          .hasMessage(
              "Cannot list the corrections in "
                  + path()
                  + ": there is something that is no list of corrections");
      assertThat(Files.readString(path())).isEqualTo(text);
    }
  }

  @Test
  void columns_ofOneName_areRefused() {
    ErrataException refused =
        catchThrowableOfType(ErrataException.class, () -> list("value", "value_before"));
    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_SPEC);
    assertThat(refused)
        .hasMessage(
            "Cannot list the corrections of results.csv: two columns would be called value_before");
  }

  @Test
  void list_thatCantBeWritten_leavesNothing() throws IOException {
    Files.createDirectories(path().resolve("full"));
    ErrataException failed =
        catchThrowableOfType(
            ErrataException.class, () -> list("value").write(new ListedCorrections(List.of())));
    assertThat(failed.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failed).hasMessageStartingWith("Cannot list the corrections in " + path());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(path());
    }
  }

  private Path path() {
    return folder.resolve("corrections.csv");
  }

  private CsvCorrections list(String... compare) {
    return CsvCorrections.of(options(compare), table(compare)).orElseThrow();
  }

  private LiveTableOptions options(String... compare) {
    return new LiveTableOptions(
        "csv:" + folder,
        null,
        null,
        "results.csv",
        List.of("user_id"),
        List.of(compare),
        null,
        Map.of(),
        Duration.ofSeconds(1),
        Duration.ZERO,
        new CsvOptions(',', List.of(), path().toString()));
  }

  private static TableDescription table(String... compare) {
    List<TableColumn> columns =
        Stream.concat(
                Stream.of(CsvTypes.column("user_id", "text")),
                Stream.of(compare).map(name -> CsvTypes.column(name, "decimal")))
            .toList();
    return new TableDescription("results.csv", columns, List.of("user_id"), List.of(compare));
  }

  private static Row row(String user, @Nullable String value) {
    return Row.of(table("value").values(), user, value == null ? null : new BigDecimal(value));
  }

  private static LiveRow live(String user, String place, String text, String value) {
    String content = CsvText.content(user);
    return new LiveRow(
        row(content == null ? "" : content, value), new Image(List.of(user, text), place + " n"));
  }
}
