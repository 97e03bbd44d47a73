package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.SpecParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sees that pages name only what is there. */
final class DocsTest {
  private static final Path ROOT = RepositoryFiles.root();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern TEST_CLASS =
      Pattern.compile("\\b([A-Z][A-Za-z]*[a-z](?:Test|IT|Contract))\\b");
  private static final Pattern TEST_METHODS =
      Pattern.compile("`([A-Z][A-Za-z]*(?:Test|IT|Contract))` \\(([^)]*)\\)");
  private static final Pattern METHOD = Pattern.compile("`([a-z][A-Za-z0-9_]*)(…?)`");
  private static final Pattern ERROR =
      Pattern.compile(
          "\\| .+ \\| .+ \\| [0-6] \\| `([A-Z][A-Za-z]*(?:Test|IT))(?:#([a-z][A-Za-z0-9_]*))?` \\|");
  private static final Pattern CODE_NAME = Pattern.compile("`([A-Z][a-z]+(?:[A-Z][A-Za-z]*)+)`");

  @Test
  void ledgerOfTheRoles_isThatWhichErrataMakes() {
    String made =
        read(ROOT.resolve("state/src/main/resources/io/errata/state/table/postgres/ledger.sql"))
            .replace("${schema}", "public");
    String statements = made.substring(made.indexOf("CREATE TABLE")).strip();
    assertThat(read(ROOT.resolve("deploy/postgres/roles.sql"))).contains(statements);
  }

  @Test
  void links_leadToFilesAndHeadings() {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      for (MatchResult match : LINK.matcher(withoutCode(read(page))).results().toList()) {
        String link = match.group(1);
        if (link.contains("://")) {
          continue;
        }
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        if (!target.startsWith(ROOT) || !Files.exists(target)) {
          broken.add(ROOT.relativize(page) + ": " + link);
        } else if (parts.length == 2 && !headings(target).contains(parts[1])) {
          broken.add(ROOT.relativize(page) + ": " + link + " (no such heading)");
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void testsOfTheGuarantees_areThere() {
    String page = read(ROOT.resolve("docs/guarantees.md"));
    Map<String, String> sources = sources();
    List<String> missing = new ArrayList<>();
    for (MatchResult match : TEST_CLASS.matcher(page).results().toList()) {
      // XxxTest and XxxIT are how the page calls all of them.
      if (!match.group(1).startsWith("Xxx") && !sources.containsKey(match.group(1))) {
        missing.add(match.group(1));
      }
    }
    for (MatchResult match : TEST_METHODS.matcher(page).results().toList()) {
      String source = sources.getOrDefault(match.group(1), "");
      for (MatchResult method : METHOD.matcher(match.group(2)).results().toList()) {
        String end = method.group(2).isEmpty() ? "(" : "";
        if (!source.contains("void " + method.group(1) + end)) {
          missing.add(match.group(1) + "." + method.group(1));
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void testsOfTheErrors_areThere() {
    Map<String, String> sources = sources();
    List<String> missing = new ArrayList<>();
    int rows = 0;
    for (String line : read(ROOT.resolve("docs/errors.md")).lines().toList()) {
      if (!line.startsWith("|") || line.startsWith("|---") || line.startsWith("| Input |")) {
        continue;
      }
      rows++;
      Matcher row = ERROR.matcher(line);
      if (!row.matches()) {
        missing.add(line);
        continue;
      }
      String source = sources.getOrDefault(row.group(1), "");
      String method = row.group(2);
      if (source.isEmpty() || method != null && !source.contains("void " + method + "(")) {
        missing.add(line);
      }
    }
    assertThat(missing).isEmpty();
    assertThat(rows).isGreaterThan(40);
  }

  @Test
  void classesOfTheGuarantees_areThere() {
    Set<String> sources = sources().keySet();
    assertThat(CODE_NAME.matcher(read(ROOT.resolve("docs/guarantees.md"))).results())
        .extracting(match -> match.group(1))
        .filteredOn(name -> !name.startsWith("Xxx") && !name.equals("HashMap"))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(sources).contains(name));
  }

  @Test
  void specOfTheReadme_isOne() {
    String readme = read(ROOT.resolve("README.md"));
    int start = readme.indexOf("```yaml\n") + 8;
    Spec spec =
        SpecParser.parseText(
            readme.substring(start, readme.indexOf("```", start)),
            Optional.of(ROOT),
            List.of(),
            name -> Optional.of("secret"));
    assertThat(spec.name()).isEqualTo("daily-totals");
  }

  @Test
  void pages_nameNoPathOfAMachine() {
    for (Path page : pages()) {
      assertThat(read(page)).as(page.toString()).doesNotContain("/root/", "/work/", "/home/");
    }
  }

  private static List<Path> pages() {
    List<Path> pages =
        new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CHANGELOG.md")));
    for (String folder : List.of("docs", "examples", "deploy")) {
      pages.addAll(files(ROOT.resolve(folder), ".md"));
    }
    pages.add(ROOT.resolve("bench/README.md"));
    return pages;
  }

  /** Sources of all modules by the name of their class. */
  private static Map<String, String> sources() {
    Map<String, String> sources = new TreeMap<>();
    for (String module : List.of("api", "state", "connectors", "jobs", "testkit", "it")) {
      for (Path file : files(ROOT.resolve(module).resolve("src"), ".java")) {
        sources.put(file.getFileName().toString().replace(".java", ""), read(file));
      }
    }
    return sources;
  }

  private static List<Path> files(Path folder, String ending) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String withoutCode(String page) {
    return page.replaceAll("(?s)```.*?```", "").replaceAll("`[^`\n]*`", "code");
  }

  /** The anchors of a page's headings, as they are made by those who show Markdown. */
  private static Set<String> headings(Path page) {
    Set<String> anchors = new TreeSet<>();
    for (String line : read(page).lines().toList()) {
      if (line.startsWith("#")) {
        anchors.add(
            line.replaceFirst("#+ ", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-'));
      }
    }
    return anchors;
  }
}
