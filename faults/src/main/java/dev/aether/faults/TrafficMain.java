package dev.aether.faults;

import dev.aether.faults.history.Delivered;
import dev.aether.faults.history.History;
import dev.aether.faults.history.Save;
import dev.aether.faults.traffic.Traffic;
import dev.aether.faults.validate.Validators;
import dev.aether.faults.validate.Violation;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The load of {@code dev/check-observe}: the traffic of a fault run against nodes that others have
 * started and break. It ends when standard input does, and then checks what is stored.
 */
@Command(
    name = "traffic",
    description =
        "Saves to nodes and follows them until standard input ends, and checks what they stored.",
    mixinStandardHelpOptions = true)
public final class TrafficMain implements Callable<Integer> {
  private static final int MAX_SEED = 1_000_000;

  @Option(
      names = "--node",
      paramLabel = "HOST:PORT",
      required = true,
      description = "Address of a node; once for each.")
  private List<String> nodes = List.of();

  @Option(names = "--writers", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}")
  private int writers = 8;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Decides on the saves. Default: a random number.")
  private @Nullable Long seed;

  /** Exits with 0 if saves were stored and nothing was violated. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new TrafficMain()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    long chosen = seed == null ? ThreadLocalRandom.current().nextInt(MAX_SEED) : seed;
    System.out.printf(Locale.ROOT, "seed %d, %d writers%n", chosen, writers);
    try (Traffic traffic = new Traffic(nodes, nodes, chosen, writers)) {
      while (System.in.read() >= 0) {
        // Only the end of the input matters.
      }
      History history = traffic.end();
      List<Violation> violations = Validators.check(history);
      long stored =
          history.saves().stream().filter(save -> save.fate() == Save.Fate.STORED).count();
      System.out.printf(
          Locale.ROOT,
          "%d saves, of them %d acknowledged; subscribers and readers received %d commits; %d"
              + " violations%n",
          history.saves().size(),
          stored,
          history.deliveries().stream().map(Delivered::commits).mapToLong(List::size).sum(),
          violations.size());
      violations.forEach(violation -> System.out.println(violation.text()));
      return stored > 0 && violations.isEmpty() ? 0 : 1;
    }
  }
}
