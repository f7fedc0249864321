//! The command line.

mod values;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use xmpptls::name::{Domain, Endpoint, Service, Transport};
use xmpptls::record::Dnssec;

pub(crate) use self::values::{DirectionWord, ServiceWord, Start};
use self::values::{domain, place, resolver, seconds};

/// TLS of XMPP domains, seen from outside: what is encrypted, with what, who proved it and how, and what to mend.
#[derive(Debug, Parser)]
#[command(name = "xmpptls", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Connect to a domain's endpoints and say what is encrypted, who proved it, and what to mend
    ///
    /// Exit code: 0 all is reached and authenticated; 1 it works, with faults; 2 strict peers refuse it;
    /// 3 it could not be tested; 64 the command line cannot be used.
    Check(CheckArgs),
    /// Decide without a network, from files; one line of JSON for each verdict
    ///
    /// Exit code: 0 authenticated; 1 weak or encrypted only; 2 refused; 3 a file cannot be used;
    /// 4 a case expects another verdict.
    Verify(VerifyArgs),
    /// Print the SRV and TLSA records and the POSH document to publish for a certificate
    Records(RecordsArgs),
    /// Print a policy as it is understood, or what it would do with a domain
    Policy(PolicyArgs),
    /// May a new certificate go live now, given the records and the POSH document that are published?
    ///
    /// Exit code: 0 yes; 2 not yet; 3 it cannot be said.
    Rollover(RolloverArgs),
    /// Show what was seen of domains, accept a change, forget
    History(HistoryArgs),
    /// Check good and bad servers in a small world on this machine; nothing is installed, nothing outside is asked
    Demo(DemoArgs),
    /// Print what a shell needs to complete this command
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages of this command into a directory
    #[command(hide = true)]
    Manuals {
        /// The directory
        directory: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The XMPP domain, such as example.org
    #[arg(value_parser = domain)]
    pub(crate) domain: Domain,
    #[command(flatten)]
    pub(crate) services: ServicesArgs,
    /// Check this endpoint instead of those that DNS names; give --s2s or --c2s as well
    #[arg(long, value_name = "HOST:PORT", value_parser = place)]
    pub(crate) connect: Option<(Domain, u16)>,
    /// How TLS starts at --connect
    #[arg(long, value_enum, default_value_t = Start::Starttls, requires = "connect")]
    pub(crate) start: Start,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Remember what is seen in this file, and compare; $XDG_STATE_HOME/xmpptls/history.sqlite unless given
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// Neither remember nor compare
    #[arg(long, conflicts_with = "history")]
    pub(crate) no_history: bool,
    /// Be this server, with --chain and --key: does the other side offer EXTERNAL?
    #[arg(long = "as", value_name = "DOMAIN", value_parser = domain, requires = "chain")]
    pub(crate) own_domain: Option<Domain>,
    /// The certificates to show, in PEM, our own first
    #[arg(long, value_name = "FILE", requires = "own_domain")]
    pub(crate) chain: Option<PathBuf>,
    /// The private key, in PEM; the file of --chain unless given
    #[arg(long, value_name = "FILE", requires = "chain")]
    pub(crate) key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct NetworkArgs {
    /// The DNS server to ask, ADDRESS or ADDRESS:PORT; it has to pass DNSSEC records on
    #[arg(long, value_name = "ADDRESS", value_parser = resolver)]
    pub(crate) resolver: Vec<SocketAddr>,
    /// DNSSEC trust anchors in place of the root's: DNSKEY records, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) trust_anchor: Option<PathBuf>,
    /// Trust the certification authorities in this file or directory as well
    #[arg(long, value_name = "PATH")]
    pub(crate) ca: Vec<PathBuf>,
    /// Do not trust the system's certification authorities
    #[arg(long)]
    pub(crate) no_system_ca: bool,
    /// The port of HTTPS servers that have POSH documents
    #[arg(long, value_name = "PORT", default_value_t = 443, hide = true)]
    pub(crate) https_port: u16,
    /// Dial public addresses only, whatever a domain's records say
    #[arg(long)]
    pub(crate) public_only: bool,
    /// How long all of it may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub(crate) timeout: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Write JSON, as docs/schema/check.json describes it
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a page to send to someone into this file, besides
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Files of cases: docs/schema/case.json, alone or many in a file of test vectors; `-` is standard input
    #[arg(value_name = "FILE", conflicts_with = "one")]
    pub(crate) cases: Vec<PathBuf>,
    /// Only the cases of a file of vectors that have this in their id
    #[arg(long, value_name = "TEXT", requires = "cases")]
    pub(crate) only: Option<String>,
    #[command(flatten)]
    pub(crate) one: VerifyOne,
}

#[derive(Debug, Args)]
#[group(id = "one", multiple = true)]
pub(crate) struct VerifyOne {
    /// The XMPP domain that the certificate should prove
    #[arg(long, value_parser = domain)]
    pub(crate) domain: Option<Domain>,
    /// The certificates that the peer presents, in PEM, its own first
    #[arg(long, value_name = "FILE")]
    pub(crate) chain: Option<PathBuf>,
    /// The service
    #[arg(long, value_enum, default_value_t = ServiceWord::S2s)]
    pub(crate) service: ServiceWord,
    /// Our end of the stream
    #[arg(long, value_enum, default_value_t = DirectionWord::Initiating)]
    pub(crate) direction: DirectionWord,
    /// Certification authorities to trust, in PEM; the system's unless given
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Vec<PathBuf>,
    /// TLSA records as in a zone file, taken for signed
    #[arg(long, value_name = "FILE")]
    pub(crate) tlsa: Option<PathBuf>,
    /// A POSH document, taken for fetched from the domain over verified HTTPS just now
    #[arg(long, value_name = "FILE")]
    pub(crate) posh: Option<PathBuf>,
    /// A policy file, or the name of a preset
    #[arg(long, value_name = "FILE|PRESET")]
    pub(crate) policy: Option<PathBuf>,
    /// The time, in seconds since 1970 UTC; now unless given
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) time: Option<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct RecordsArgs {
    /// The XMPP domain
    #[arg(value_parser = domain)]
    pub(crate) domain: Domain,
    /// The certificate with its chain, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) chain: PathBuf,
    /// The certificate that comes after it: both are published
    #[arg(long, value_name = "FILE")]
    pub(crate) next: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) services: ServicesArgs,
    /// The host that serves the domain; the domain itself unless given
    #[arg(long, value_parser = domain)]
    pub(crate) host: Option<Domain>,
    /// The port for STARTTLS
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// The port for direct TLS
    #[arg(long)]
    pub(crate) direct_port: Option<u16>,
    /// There is no port for direct TLS
    #[arg(long)]
    pub(crate) no_direct_tls: bool,
    /// Name the issuing authority as well (DANE-TA)
    #[arg(long)]
    pub(crate) issuer: bool,
    /// Time to live of the records, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub(crate) ttl: u32,
    /// How long the POSH document may be relied on, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub(crate) posh_expires: u32,
    /// Write JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RolloverArgs {
    /// The XMPP domain
    #[arg(value_parser = domain)]
    pub(crate) domain: Domain,
    /// The new certificate with its chain, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) new: PathBuf,
    #[command(flatten)]
    pub(crate) services: ServicesArgs,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
    /// Write JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    /// A preset or a policy file; all presets are listed without one
    #[arg(value_name = "PRESET|FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Say what it would do with this domain
    #[arg(long = "for", value_name = "DOMAIN", value_parser = domain, requires = "policy")]
    pub(crate) domain: Option<Domain>,
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    #[command(subcommand)]
    pub(crate) command: Option<HistoryCommand>,
    /// The file; $XDG_STATE_HOME/xmpptls/history.sqlite unless given
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) history: Option<PathBuf>,
    /// Write JSON, one line for each domain and service
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HistoryCommand {
    /// Show one domain, with what changed
    Show {
        /// The XMPP domain
        #[arg(value_parser = domain)]
        domain: Domain,
    },
    /// Take what was seen last as good, and warn of it no more
    Accept {
        /// The XMPP domain
        #[arg(value_parser = domain)]
        domain: Domain,
        #[command(flatten)]
        services: ServicesArgs,
    },
    /// Remove all that is known of a domain
    Forget {
        /// The XMPP domain
        #[arg(value_parser = domain)]
        domain: Domain,
        #[command(flatten)]
        services: ServicesArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Only this domain of the demonstration
    #[arg(value_parser = domain)]
    pub(crate) domain: Option<Domain>,
    /// Write a page for each domain into this directory
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) html: Option<PathBuf>,
    /// Only build the world, write into this directory what checks of it need, and wait for the end of input
    #[arg(long, value_name = "DIRECTORY", conflicts_with_all = ["domain", "html"])]
    pub(crate) serve: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ServicesArgs {
    /// Server-to-server only
    #[arg(long)]
    pub(crate) s2s: bool,
    /// Client-to-server only
    #[arg(long)]
    pub(crate) c2s: bool,
}

impl ServicesArgs {
    /// Both services unless one was chosen.
    pub(crate) fn all(&self) -> Vec<Service> {
        match (self.c2s, self.s2s) {
            (true, false) => vec![Service::C2s],
            (false, true) => vec![Service::S2s],
            _ => vec![Service::C2s, Service::S2s],
        }
    }
}

impl CheckArgs {
    /// The endpoint of --connect. Nothing in DNS led there, so it counts as the target of an unsigned record.
    pub(crate) fn endpoint(&self) -> Option<Endpoint> {
        let (target, port) = self.connect.clone()?;
        let transport = match self.start {
            Start::Starttls => Transport::Starttls,
            Start::Direct => Transport::DirectTls,
        };
        let endpoint = Endpoint::configured(target, port, transport);
        Some(Endpoint { srv: Some(Dnssec::Insecure), configured: false, ..endpoint })
    }
}

#[cfg(test)]
mod tests;
