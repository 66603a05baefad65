package dev.aether.examples.bank;

import java.util.Optional;

/**
 * What may happen to an account, and by what rules. Amounts are cents, above zero.
 *
 * <p>Each but the first and last comes from a source that numbers what it wants of the account,
 * rising. So an account need not remember every transfer to know which it has seen: the last number
 * of each source is enough ({@link Account#seen}).
 */
sealed interface AccountEvent {
  /** Who wants this: a teller, or the account that paid. */
  default String source() {
    return "";
  }

  /** Rises with each thing that the source wants of this account; 0: it is not numbered. */
  default long number() {
    return 0;
  }

  /** Why the account won't have it; empty: it may happen. */
  Optional<String> refusal(Account account);

  /** By how much it changes the balance, in cents. */
  default long change() {
    return 0;
  }

  /** The account begins. */
  record Opened(long balance) implements AccountEvent {
    @Override
    public Optional<String> refusal(Account account) {
      return account.equals(Account.NONE) ? Optional.empty() : Optional.of("there already");
    }

    @Override
    public long change() {
      return balance;
    }
  }

  /** A transfer begins: the payer has paid. The teller numbers its transfers. */
  record Debited(String transfer, String teller, long number, String to, long amount)
      implements AccountEvent {
    @Override
    public String source() {
      return teller;
    }

    @Override
    public Optional<String> refusal(Account account) {
      if (!account.open()) {
        return Optional.of("closed");
      }
      return account.balance() < amount ? Optional.of("balance too low") : Optional.empty();
    }

    @Override
    public long change() {
      return -amount;
    }
  }

  /** A transfer is complete: the payee has it. Numbered by the debit's version in the payer. */
  record Credited(String transfer, String from, long number, long amount) implements AccountEvent {
    @Override
    public String source() {
      return from;
    }

    @Override
    public Optional<String> refusal(Account account) {
      return account.open() ? Optional.empty() : Optional.of("closed");
    }

    @Override
    public long change() {
      return amount;
    }
  }

  /**
   * A transfer came back: the payee would not have it. Numbered by the debit's version. A closed
   * account takes it too, since the money must be somewhere.
   */
  record Refunded(String transfer, long number, long amount) implements AccountEvent {
    @Override
    public String source() {
      return "refund";
    }

    @Override
    public Optional<String> refusal(Account account) {
      return Optional.empty();
    }

    @Override
    public long change() {
      return amount;
    }
  }

  /** The account neither pays nor is paid from here on; what is on it stays. */
  record Closed() implements AccountEvent {
    @Override
    public Optional<String> refusal(Account account) {
      return account.open() ? Optional.empty() : Optional.of("closed");
    }
  }
}
