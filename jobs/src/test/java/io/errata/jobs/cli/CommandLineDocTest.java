package io.errata.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandLineDocTest {
  private static final Set<String> EVERY_VERB = Set.of("--json", "--quiet", "--debug", "--help");

  @Test
  void verbs_areDocumentedWithTheirOptions() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("../docs/command-line.md"));
    for (Verb verb :
        List.of(
            new CheckCommand(),
            new PlanCommand(),
            new StatusCommand(),
            new CancelCommand(),
            new PauseCommand(),
            new ResumeCommand(),
            new ShowCommand(),
            new ApplyCommand(),
            new RollbackCommand(),
            new RunCommand(),
            new VerifyCommand(),
            new RetryCommand(),
            new HistoryCommand())) {
      CommandLine command = new CommandLine(verb);
      String row =
          lines.stream()
              .filter(line -> line.startsWith("| `" + command.getCommandName() + "` |"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no row for " + command.getCommandName()));
      Set<String> documented =
          Arrays.stream(row.split("\\|")[3].split(","))
              .map(option -> option.replace("`", "").strip())
              .collect(Collectors.toCollection(TreeSet::new));
      Set<String> there =
          command.getCommandSpec().options().stream()
              .map(option -> option.longestName())
              .filter(option -> !EVERY_VERB.contains(option))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(documented).as(command.getCommandName()).isEqualTo(there);
    }
  }
}
