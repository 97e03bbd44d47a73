package io.errata.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.SpecParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFolderTest {
  @TempDir Path parent;

  @Test
  void folder_ofAnEarlierDemo_isMadeAnewAndKeepsWhatIsNotOfIt() throws IOException {
    Path path = parent.resolve("demo");
    DemoFolder.renew(path);
    Files.createDirectories(path.resolve("plans/old"));
    Files.createDirectories(path.resolve("events"));
    Files.writeString(path.resolve("spec.yaml"), "old");
    Files.writeString(path.resolve("notes.txt"), "mine");
    DemoFolder folder = DemoFolder.renew(path);
    assertThat(folder.plans()).doesNotExist();
    assertThat(folder.events()).doesNotExist();
    assertThat(folder.spec()).doesNotExist();
    assertThat(path.resolve("notes.txt")).hasContent("mine");
  }

  @Test
  void folder_ofSomethingElse_isRefusedAndUntouched() throws IOException {
    Path path = Files.createDirectory(parent.resolve("work"));
    Path plans = Files.createDirectory(path.resolve("plans"));
    assertThatThrownBy(() -> DemoFolder.renew(path))
        .isInstanceOf(ErrataException.class)
        .hasMessage("Cannot make a demo in " + path + ": it is there and no demo's");
    assertThat(path.toFile().list()).containsExactly("plans");
    assertThat(plans).isEmptyDirectory();
    Path file = Files.writeString(parent.resolve("file"), "");
    assertThatThrownBy(() -> DemoFolder.renew(file)).isInstanceOf(ErrataException.class);
  }

  @Test
  void folder_thatIsEmpty_isTaken() throws IOException {
    Path path = Files.createDirectory(parent.resolve("empty"));
    assertThat(DemoFolder.renew(path).spec()).isEqualTo(path.resolve("spec.yaml"));
  }

  @Test
  void delete_ofALink_leavesWhatItLeadsTo() throws IOException {
    Path kept = Files.createDirectory(parent.resolve("kept"));
    Files.writeString(kept.resolve("file"), "x");
    Path tree = Files.createDirectory(parent.resolve("tree"));
    Files.createSymbolicLink(tree.resolve("link"), kept);
    FileTrees.delete(tree);
    FileTrees.delete(tree);
    assertThat(tree).doesNotExist();
    assertThat(kept.resolve("file")).exists();
  }

  @Test
  void spec_ofTheDemo_isOne() {
    Spec spec =
        SpecParser.parseText(
            DemoSpec.text(
                "spec.yaml",
                new DemoSpec.Source.Archive(),
                "{ url: \"embedded:pg\" }",
                DemoTable.Place.PUBLIC.table()),
            Optional.of(parent),
            List.of(),
            name -> Optional.empty());
    assertThat(spec.table().url()).isEqualTo("embedded:" + parent.resolve("pg"));
    assertThat(spec.window().from()).isEqualTo(DemoEvents.BUG_FROM);
    assertThat(spec.window().to()).isEqualTo(DemoEvents.BUG_TO);
  }
}
