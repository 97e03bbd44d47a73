package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.it.EventFiles.Format;
import io.errata.state.plan.PlanDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A plan about a list of keys recomputes, compares and corrects those, and touches no other row.
 */
class SelectionIT {
  @TempDir private Path folder;
  private final DuckDb duck = new DuckDb();
  private Database database;

  @BeforeEach
  void writeEventsAndTable() {
    database = Database.create();
    database.execute(
        "CREATE TABLE totals (user_id text, shop int, total bigint, PRIMARY KEY (user_id, shop));"
            + " INSERT INTO totals VALUES ('ann', 0, 7), ('bob', 0, 8), ('cid', 0, 3),"
            + " ('gone', 0, 5), ('left', 0, 5)");
    EventFiles.write(
        duck,
        folder.resolve("archive/events.parquet"),
        Format.PARQUET,
        List.of(
            ArchivedEvent.of("1", "ann", "2024-06-10T01:00:00Z", "payment", 1),
            ArchivedEvent.of("2", "bob", "2024-06-10T02:00:00Z", "payment", 2),
            ArchivedEvent.of("3", "cid", "2024-06-10T03:00:00Z", "payment", 3),
            ArchivedEvent.of("4", "new", "2024-06-10T04:00:00Z", "payment", 4)));
  }

  @AfterEach
  void close() {
    database.close();
    duck.close();
  }

  private SpecDraft draft(String... lines) throws IOException {
    Path keys = Files.write(folder.resolve("keys.csv"), List.of(lines));
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z")
        .archive(folder.resolve("archive"), "", "parquet")
        .set("events.fields.id", "event_id")
        .set("events.fields.time", "ts")
        .set("filter.keys.file", keys.toString())
        .aggregate(Map.of("user_id", "user_id", "shop", "shop"), Map.of("total", "sum(big)"))
        .table("totals", List.of("user_id", "shop"), List.of("total"));
  }

  @Test
  void listedKeys_areCorrectedAndNoOthers() throws Exception {
    SpecDraft draft = draft("shop,user_id", "0,ann", "+0,ann", "0,cid", "0,nobody", "0,\"new\"");
    PlanDirectory plan = Runs.plan(draft);
    assertThat(Runs.corrections(plan))
        .containsOnly(
            Map.entry("[ann, 0]", "update [ann, 0, 1]"),
            Map.entry("[new, 0]", "insert [new, 0, 4]"));
    assertThat(plan.manifest().rows().live()).isEqualTo(2);
    assertThat(plan.manifest().rows().equal()).isEqualTo(1);
    assertThat(plan.manifest().warnings())
        .anySatisfy(w -> assertThat(w).startsWith("This plan is about the 4 keys of "));

    Runs.apply(draft, plan);
    assertThat(database.query("SELECT user_id, total FROM totals ORDER BY user_id"))
        .containsExactly(
            List.of("ann", "1"),
            List.of("bob", "8"),
            List.of("cid", "3"),
            List.of("gone", "5"),
            List.of("left", "5"),
            List.of("new", "4"));
  }

  /** The table answers for all rows of the shop, and the plan for those of the list. */
  @Test
  void ownedRowsOutsideOfTheList_areNotDeleted() throws Exception {
    PlanDirectory plan =
        Runs.plan(draft("user_id,shop", "gone,0", "bob,0").set("table.owns", "shop = 0"));
    assertThat(Runs.corrections(plan))
        .containsOnly(
            Map.entry("[bob, 0]", "update [bob, 0, 2]"), Map.entry("[gone, 0]", "delete"));
  }

  @Test
  void oneColumn_needsNoHeader() throws Exception {
    database.execute(
        "CREATE TABLE users (user_id text PRIMARY KEY, total bigint);"
            + " INSERT INTO users VALUES ('ann', 7), ('bob', 8)");
    for (SpecDraft draft :
        List.of(draft("bob"), draft("\uFEFFuser_id", "bob"), draft("", "bob", "nobody"))) {
      PlanDirectory plan =
          Runs.plan(
              draft
                  .set("worker.aggregate.key", Map.of("user_id", "user_id"))
                  .table("users", List.of("user_id"), List.of("total")));
      assertThat(Runs.corrections(plan)).containsOnly(Map.entry("[bob]", "update [bob, 2]"));
    }
  }

  /** Two events of one moment: by their ids, the second is the first. */
  @Test
  void firstEvents_areThoseOfTheOneOrderAndNeverApplied() throws Exception {
    EventFiles.write(
        duck,
        folder.resolve("archive/more.parquet"),
        Format.PARQUET,
        List.of(
            ArchivedEvent.of("21", "dan", "2024-06-10T02:00:00Z", "payment", 32),
            ArchivedEvent.of("20", "dan", "2024-06-10T02:00:00Z", "payment", 16),
            ArchivedEvent.of("1", "ann", "2024-06-10T01:00:00Z", "payment", 1),
            ArchivedEvent.of("5", "ann", "2024-06-10T05:00:00Z", "payment", 64)));
    SpecDraft draft = draft("x").remove("filter.keys").set("filter.first", 3);
    PlanDirectory plan = Runs.plan(draft);
    assertThat(Runs.corrections(plan))
        .containsOnly(
            Map.entry("[ann, 0]", "update [ann, 0, 1]"),
            Map.entry("[bob, 0]", "update [bob, 0, 2]"),
            Map.entry("[dan, 0]", "insert [dan, 0, 16]"));
    assertThat(plan.manifest().events().used()).isEqualTo(3);
    assertThat(plan.manifest().limits())
        .anySatisfy(hit -> assertThat(hit.limit()).isEqualTo("filter.first"));
    assertThatThrownBy(() -> draft.copy().set("table.owns", "shop = 0").parse())
        .hasMessageContaining("filter.first: with table.owns");
    PlanDirectory all = Runs.plan(draft.copy().set("filter.first", 100));
    assertThat(all.manifest().events().used()).isEqualTo(7);
  }

  private void assertRefused(SpecDraft draft, String message) {
    assertThatThrownBy(() -> Runs.plan(draft))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SPEC))
        .hasMessageStartingWith("Cannot read the keys of ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("secret");
  }

  @Test
  void listThatIsNotOneOfKeys_isRefused() throws Exception {
    assertRefused(draft(), "there is no key in it");
    assertRefused(draft("user_id,shop"), "there is no key in it");
    assertRefused(draft("secret,0"), "its first line doesn't name the columns of the key");
    assertRefused(draft("user_id,shop", "ann,0", "secret"), "row 3 has 1 fields");
    assertRefused(draft("user_id,shop", "ann,secret"), "row 2, column shop: ");
    assertRefused(draft("user_id,shop", "ann,"), "row 2, column shop: nothing stands there");
    assertRefused(draft("user_id,shop", "\"secret,0"), "not CSV");
    assertRefused(
        draft("user_id,shop").set("filter.keys.file", folder.resolve("none.csv").toString()),
        "there is no such file");
  }
}
