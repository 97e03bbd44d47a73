package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.SpecParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sees what it can of {@code bench/peers} without Python, which a build needn't have. */
final class PeersComparisonTest {
  private static final Path ROOT = RepositoryFiles.root();
  private static final Path COMPARISON = ROOT.resolve("bench/comparison");
  private static final Pattern PEER_OF_PROGRAM =
      Pattern.compile("    \"([a-z-]+)\": \"(\\w+\\.py)\"");
  private static final Pattern PEER_OF_README =
      Pattern.compile(
          "(?m)^\\| `([a-z-]+)` \\| \\[\\w+\\.py]\\(comparison/peers/(\\w+\\.py)\\) \\|");
  private static final Pattern SETTING =
      Pattern.compile("(?m)^        \"([a-z.]+\\.[a-z]+|plans)\": ");
  private static final Map<String, String> VALUES =
      Map.of(
          "window.from", "2024-03-15T12:00:00Z",
          "window.to", "2024-03-15T12:30:00Z",
          "events.archive.path", "/data/S/events",
          "table.jdbc.url", "jdbc:postgresql://127.0.0.1:54329/balances",
          "plans", "/data/plans");

  @Test
  void spec_isValidWithWhatTheProgramSets() throws IOException {
    List<String> settings = found(SETTING, read("run.py"), 1);
    assertThat(settings).containsExactlyInAnyOrderElementsOf(VALUES.keySet());
    Spec spec =
        SpecParser.parseText(
            read("errata.yaml"),
            Optional.of(COMPARISON),
            settings.stream().map(setting -> setting + "=" + VALUES.get(setting)).toList(),
            name -> Optional.empty());
    assertThat(spec.name()).isEqualTo("balances");
  }

  @Test
  void peers_areThoseOfTheReadme() throws IOException {
    List<String> files;
    try (Stream<Path> folder = Files.list(COMPARISON.resolve("peers"))) {
      files =
          folder
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".py") && !name.equals("table.py"))
              .sorted()
              .toList();
    }
    String program = read("run.py");
    String readme = Files.readString(ROOT.resolve("bench/README.md"));
    assertThat(found(PEER_OF_PROGRAM, program, 2)).containsExactlyInAnyOrderElementsOf(files);
    assertThat(peers(PEER_OF_README, readme))
        .containsExactlyElementsOf(peers(PEER_OF_PROGRAM, program));
  }

  @Test
  void packages_haveOneVersion() throws IOException {
    assertThat(read("requirements.txt").lines())
        .isNotEmpty()
        .allMatch(line -> line.matches("[a-z\\[\\]]+==[0-9.]+"));
  }

  private static String read(String file) throws IOException {
    return Files.readString(COMPARISON.resolve(file));
  }

  private static List<String> found(Pattern pattern, String text, int group) {
    return pattern.matcher(text).results().map(match -> match.group(group)).toList();
  }

  private static List<String> peers(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(match -> match.group(1) + " " + match.group(2))
        .toList();
  }
}
