package io.errata.connectors.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.connectors.Gap;
import io.errata.connectors.archive.ArchiveOptions.Format;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is listed of an archive's folders, and in which order. */
class ArchiveListingTest {
  @TempDir private Path folder;

  private void write(String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "x");
    }
  }

  private ArchiveOptions options() {
    return ArchiveOptions.of(folder.toString(), "", Format.JSONL);
  }

  private List<String> relative(List<ArchiveFile> files) {
    return files.stream()
        .map(file -> folder.relativize(Path.of(URI.create(file.path()))).toString())
        .toList();
  }

  private List<String> inTurn() {
    List<ArchiveFile> files = new ArrayList<>();
    ArchiveListing.inTurn(options()).forEachRemaining(files::add);
    return relative(files);
  }

  @Test
  void filesInFoldersOfSeveralDepths_areSortedByPath() throws IOException {
    // A dash and a dot come before the slash and a zero behind it: "a" is not where its name says.
    write("a/x", "a-b/y", "a0", "a.c/z/w", "a/b/c/d", "b", "a-b/.hidden/e", "_left/f", "a/k.tmp");

    List<String> expected = List.of("a-b/y", "a.c/z/w", "a/b/c/d", "a/x", "a0", "b");
    assertThat(relative(ArchiveListing.all(options()).files())).isEqualTo(expected);
    assertThat(inTurn()).isEqualTo(expected);
  }

  @Test
  void fileInTurn_isHadBeforeLaterFoldersAreListed() throws IOException {
    write("1/a", "2/b");
    Iterator<ArchiveFile> files = ArchiveListing.inTurn(options());

    assertThat(files.next().path()).endsWith("/1/a");
    write("2/a");

    assertThat(files.next().path()).as("of a folder that is listed now").endsWith("/2/a");
    assertThat(files.next().path()).endsWith("/2/b");
    assertThat(files.hasNext()).isFalse();
    assertThatThrownBy(files::next)
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("There is no further file");
  }

  @Test
  void emptyFile_isAGapAndNoFile() throws IOException {
    write("1/a");
    Files.writeString(folder.resolve("1/b"), "");

    ArchiveListing all = ArchiveListing.all(options());

    assertThat(relative(all.files())).containsExactly("1/a");
    assertThat(all.gaps())
        .singleElement()
        .satisfies(gap -> assertThat(gap.input()).endsWith("/1/b"))
        .extracting(Gap::reason)
        .isEqualTo("the file has 0 bytes");
    assertThat(inTurn()).containsExactly("1/a");
  }

  @Test
  void fileThatIsNamedItself_isTheArchiveWhateverItIsCalled() throws IOException {
    write("_one.tmp", "other");

    ArchiveListing one =
        ArchiveListing.all(
            ArchiveOptions.of(folder.resolve("_one.tmp").toString(), "", Format.JSONL));

    assertThat(relative(one.files())).containsExactly("_one.tmp");
  }
}
