package io.errata.it.breaks;

import io.errata.it.breaks.BreakRun.Outcome;
import io.errata.it.breaks.BreakRun.Tried;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code breaks/run.sh}: tries all breaks, or those that are named. */
final class BreaksMain {
  private BreaksMain() {}

  /** {@code --docs | [--at-once N] [NAME | GUARANTEE]…}, in the root of the repository. */
  public static void main(String[] args) throws Exception {
    Path root = Path.of("").toAbsolutePath();
    int atOnce = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--docs")) {
        Path page = root.resolve(GuaranteesPage.FILE);
        Files.writeString(
            page, GuaranteesPage.of(Files.readString(page), Break.readAll(root.resolve("breaks"))));
        return;
      } else if (args[i].equals("--at-once") && i + 1 < args.length) {
        atOnce = Integer.parseInt(args[++i]);
      } else {
        wanted.add(args[i].replaceFirst("^.*/", "").replaceFirst("\\.md$", ""));
      }
    }
    List<Break> all = Break.readAll(root.resolve("breaks"));
    List<Break> breaks =
        wanted.isEmpty()
            ? all
            : all.stream()
                .filter(one -> wanted.contains(one.name()) || wanted.contains(one.guarantee()))
                .toList();
    for (String name : wanted) {
      if (all.stream().noneMatch(o -> o.name().equals(name) || o.guarantee().equals(name))) {
        System.err.println("Cannot find the break or guarantee " + name + " in breaks/");
        System.exit(2);
      }
    }
    System.exit(run(root, breaks, atOnce) ? 0 : 1);
  }

  private static boolean run(Path root, List<Break> breaks, int atOnce) throws Exception {
    Path folder = root.resolve("target/breaks");
    long start = System.nanoTime();
    List<Tried> tried;
    try (BreakRun run =
        new BreakRun(
            root, folder, System.getProperty("java.class.path"), Math.min(atOnce, breaks.size()))) {
      Runtime.getRuntime().addShutdownHook(new Thread(run::close));
      System.err.println(
          "Running "
              + breaks.stream().map(Break::test).distinct().count()
              + " tests on the whole code, then "
              + breaks.size()
              + " breaks; what they print is in "
              + root.relativize(folder.resolve("log")));
      tried = run.run(breaks, BreaksMain::show);
    }
    String table = table(tried, (System.nanoTime() - start) / 1_000_000_000L);
    Files.writeString(folder.resolve("results.md"), table);
    System.out.print(table);
    return tried.stream().allMatch(one -> one.outcome() == Outcome.RED);
  }

  private static void show(Tried tried) {
    String says = tried.says().length() > 300 ? tried.says().substring(0, 300) : tried.says();
    System.err.printf(
        Locale.ROOT,
        "%-24s %s (%.0f s) %s%n",
        tried.outcome(),
        tried.one().name(),
        tried.seconds(),
        says);
  }

  private static String table(List<Tried> tried, long seconds) {
    StringBuilder table = new StringBuilder();
    table.append("| Guarantee | Break | Test | Result | Seconds |\n|---|---|---|---|---:|\n");
    for (Tried one : tried) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | `%s` | %s | %.0f |%n",
              one.one().guarantee(),
              one.one().name(),
              one.one().shortTest(),
              one.outcome(),
              one.seconds()));
    }
    long red = tried.stream().filter(one -> one.outcome() == Outcome.RED).count();
    return table
        .append("\n")
        .append(red)
        .append(" of ")
        .append(tried.size())
        .append(" red, in ")
        .append(seconds)
        .append(" s\n")
        .toString();
  }
}
