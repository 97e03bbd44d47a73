package io.errata.jobs.spec;

import static io.errata.jobs.spec.Specs.problems;
import static org.assertj.core.api.Assertions.assertThat;

import io.errata.state.table.CsvOptions;
import io.errata.state.table.csv.CsvTypes;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Specs whose live table is a CSV file. */
class SpecCsvTest {
  private static final String CSV =
      """
      name: results
      window: { from: 2024-06-10T12:00:00Z, to: 2024-06-10T12:30:00Z }
      events:
        archive: { path: archived_events.csv, format: csv }
        fields: { id: $position, time: timestamp }
      worker: { aggregate: { key: { user_id: user_id }, columns: { value: sum(value) } } }
      table:
        csv:
          path: results/existing_results.csv
          types: { value: "decimal(12,2)" }
          delimiter: ";"
          corrections: corrections_to_apply.csv
        key: [user_id]
      """;

  @Test
  void table_inAFile_isFoundBesideTheSpec() {
    Spec spec = Specs.parse(CSV);
    assertThat(spec.table().url()).isEqualTo("csv:/specs/results");
    assertThat(spec.table().name()).isEqualTo("existing_results.csv");
    assertThat(spec.table().csvOptions())
        .contains(
            new CsvOptions(
                ';',
                List.of(CsvTypes.column("value", "decimal(12,2)")),
                "/specs/corrections_to_apply.csv"));
    assertThat(SpecParser.parseText(spec.text(), List.of())).isEqualTo(spec);
    assertThat(Specs.parse(Specs.DECLARED).table().csvOptions()).isEmpty();
  }

  @Test
  void table_hasOnePlace() {
    assertThat(problems(CSV, "table.csv="))
        .containsExactly(
            "line 8, column 3: table.jdbc: it is missing; give jdbc and name, for a table of a database, or csv, for one in"
                + " a file");
    assertThat(problems(CSV, "table.jdbc={ url: \"jdbc:postgresql://localhost/app\" }"))
        .containsExactly("line 9, column 5: table.csv: there is table.jdbc, too; keep one of them");
    assertThat(problems(CSV, "table.name=results", "table.set={ at: now() }"))
        .containsExactly(
            "in --set table.name: table.name: it is for table.jdbc; a CSV table is called as its file is",
            "in --set table.set: table.set: it is for table.jdbc; a CSV file knows no SQL");
    assertThat(problems(CSV, "limits.table-lag=PT10S", "limits.table-load=4"))
        .containsExactly(
            "in --set limits.table-lag: limits.table-lag: it is for table.jdbc; nobody can tell how busy a CSV file is",
            "in --set limits.table-load: limits.table-load: it is for table.jdbc; nobody can tell how busy a CSV file is");
    assertThat(problems(CSV, "table.csv.path="))
        .containsExactly("line 9, column 5: table.csv.path: it is missing");
    assertThat(problems(Specs.DECLARED, "table.name="))
        .containsExactly("line 12, column 3: table.name: it is missing");
  }

  @Test
  void type_unknown_namesTheNearest() {
    assertThat(problems(CSV, "table.csv.types={ value: dezimal }"))
        .singleElement()
        .asString()
        .contains("Cannot use the type dezimal")
        .endsWith("Did you mean decimal?");
  }

  @Test
  void files_thatAreReadAreNotWritten() {
    assertThat(problems(CSV, "table.csv.corrections=results/../results/existing_results.csv"))
        .containsExactly(
            "in --set table.csv.corrections: table.csv.corrections: it is the table itself; name another file");
    String inside =
        ": it lies in events.archive.path, where it would be read as events; put it elsewhere, or name the archive's own"
            + " folder or file";
    assertThat(problems(CSV, "events.archive.path=."))
        .containsExactly(
            "line 9, column 11: table.csv.path" + inside,
            "line 12, column 18: table.csv.corrections" + inside);
    assertThat(problems(CSV, "table.csv.path=archived_events.csv"))
        .containsExactly("in --set table.csv.path: table.csv.path" + inside);
    assertThat(problems(CSV, "table.csv.path=s3://bucket/results.csv"))
        .containsExactly(
            "in --set table.csv.path: table.csv.path: it must be a path: a file elsewhere can't be replaced at once");
    assertThat(problems(CSV, "table.csv.path=file:/results.csv"))
        .containsExactly(
            "in --set table.csv.path: table.csv.path: it must be a path: a file elsewhere can't be replaced at once");
    assertThat(problems(CSV, "table.csv.path=/"))
        .containsExactly("in --set table.csv.path: table.csv.path: it is a folder; name a file");
    for (String name : List.of("table.csv.path", "table.csv.corrections", "events.archive.path")) {
      assertThat(problems(CSV, name + "=\"a\\0b\""))
          .singleElement()
          .asString()
          .contains(name + ": it is no path");
    }
  }

  @Test
  void zone_ofTimesWithoutOne_isNamed() {
    assertThat(Specs.parse(CSV).events().fields().zone()).isEmpty();
    assertThat(Specs.parse(CSV, "events.fields.zone=Europe/Zurich").events().fields().zone())
        .contains(ZoneId.of("Europe/Zurich"));
  }

  @Test
  void id_leftOut_isTold() {
    assertThat(problems(CSV, "events.fields.id="))
        .containsExactly(
            "line 5, column 11: events.fields.id: it is missing; where events have none, write \"$position\", and"
                + " each row is an event of its own");
  }
}
