package io.errata.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.telemetry.Telemetry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Holds every command line that a page shows against the verbs and options that there are. */
final class DocumentedCommandsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern COMMAND =
      Pattern.compile("(?:^ *(?:\\$ )?|`)(?:\\./)?errata ([a-z]+)\\b([^`]*)");
  private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");
  private static final Pattern VERB_ROW = Pattern.compile("^\\| `([a-z]+)` \\|(.*)");

  private final Map<String, Set<String>> verbs = verbs();

  private static Map<String, Set<String>> verbs() {
    Session session =
        new Session(
            new InstalledOperations(),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new ErrorStream(new ByteArrayOutputStream(), StandardCharsets.UTF_8),
            Terminal.find(Map.of()),
            new Cancellation(),
            ROOT,
            Map.of(),
            Telemetry.off());
    Map<String, Set<String>> verbs = new TreeMap<>();
    new Cli(session)
        .verbs()
        .getSubcommands()
        .forEach((name, command) -> verbs.put(name, options(command)));
    return verbs;
  }

  private static Set<String> options(CommandLine command) {
    Set<String> names = new TreeSet<>();
    for (OptionSpec option : command.getCommandSpec().options()) {
      names.addAll(List.of(option.names()));
    }
    return names;
  }

  @Test
  void commands_ofEveryPage_areThere() {
    List<String> wrong = new ArrayList<>();
    int found = 0;
    for (Path page : pages()) {
      for (String line : lines(page)) {
        for (MatchResult match : COMMAND.matcher(line).results().toList()) {
          found++;
          check(page, match.group(1), match.group(2), wrong);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(found).as("commands found").isGreaterThan(10);
  }

  @Test
  void table_ofTheReadme_hasEveryVerbAndNoOther() {
    List<String> wrong = new ArrayList<>();
    Set<String> listed = new TreeSet<>();
    Path readme = ROOT.resolve("README.md");
    List<String> lines = lines(readme);
    for (String line : lines.subList(lines.indexOf("| Verb | Does |"), lines.size())) {
      VERB_ROW
          .matcher(line)
          .results()
          .limit(1)
          .filter(row -> !Files.isDirectory(ROOT.resolve(row.group(1))))
          .forEach(
              row -> {
                listed.add(row.group(1));
                check(readme, row.group(1), row.group(2), wrong);
              });
    }
    assertThat(wrong).isEmpty();
    assertThat(listed).isEqualTo(verbs.keySet());
  }

  private void check(Path page, String verb, String rest, List<String> wrong) {
    Set<String> options = verbs.get(verb);
    if (options == null) {
      wrong.add(ROOT.relativize(page) + ": errata " + verb);
      return;
    }
    for (MatchResult option : OPTION.matcher(rest).results().toList()) {
      if (!options.contains(option.group())) {
        wrong.add(ROOT.relativize(page) + ": errata " + verb + " " + option.group());
      }
    }
  }

  private static List<Path> pages() {
    List<Path> pages = new ArrayList<>();
    pages.add(ROOT.resolve("README.md"));
    for (String folder : List.of("docs", "examples", "deploy")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return pages;
  }

  private static List<String> lines(Path page) {
    try {
      // A command that goes on in the next line is one.
      return Files.readString(page).replace("\\\n", " ").lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
