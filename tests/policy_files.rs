//! The room with files: what is read, what is passed over, and what stays in force when a file turns bad.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use support::ca::{DAY, Issued, NOW, authority, leaf, pem, revocation_list, root};
use xmpptls::files::{
    FileError, FileFault, FileOutcome, FileSet, credential, directory_trust_anchors, file_trust_anchors,
    policy, revocation_lists, system_trust_anchors, trust_anchors,
};
use xmpptls::policy::{PolicyError, TextFault, TrustAnchorSource};
use xmpptls::proof::pkix::RevocationListError;
use xmpptls::tls::{CredentialError, PemText};

/// A fresh directory for one test.
fn directory(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("policy_files").join(test);
    if path.exists() {
        fs::remove_dir_all(&path).unwrap();
    }
    fs::create_dir_all(&path).unwrap();
    path
}

fn write(directory: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, content).unwrap();
    path
}

fn key_pem(issued: &Issued) -> String {
    pem("PRIVATE KEY", &issued.pkcs8())
}

fn error(path: &Path, fault: FileFault) -> FileError {
    FileError { path: Some(path.to_owned()), fault }
}

#[test]
fn trust_anchors_are_read_from_pem_with_text_between_and_from_der() {
    let dir = directory("anchors");
    let (one, two) = (root(), authority("Two").self_signed());
    let text = format!("# remarks\n{}\nSubject: CN=Two\n{}", one.pem(), two.pem());
    let reading = file_trust_anchors(&write(&dir, "both.pem", text)).unwrap();
    assert_eq!((reading.anchors.len(), reading.skipped_certificates), (2, 0));
    let reading = file_trust_anchors(&write(&dir, "one.der", &one.der)).unwrap();
    assert_eq!(reading.anchors.iter().next().unwrap().certificate().unwrap().der(), one.der);
    let odd = format!("{}{}", one.pem(), pem("CERTIFICATE", b"no certificate"));
    let reading = file_trust_anchors(&write(&dir, "odd.pem", odd)).unwrap();
    assert_eq!((reading.anchors.len(), reading.skipped_certificates), (1, 1));
}

#[test]
fn a_file_without_trust_anchors_is_refused_with_its_path() {
    let dir = directory("no_anchors");
    for (name, content) in [("empty", String::new()), ("text", "hello".into()), ("key", key_pem(&root()))] {
        let path = write(&dir, name, content);
        assert_eq!(file_trust_anchors(&path).unwrap_err(), error(&path, FileFault::NoTrustAnchor));
    }
    let missing = dir.join("missing.pem");
    let refused = file_trust_anchors(&missing).unwrap_err();
    assert_eq!(refused, error(&missing, FileFault::Io(ErrorKind::NotFound)));
    assert!(refused.to_string().contains("missing.pem"), "{refused}");
    assert_eq!(file_trust_anchors(&dir).unwrap_err(), error(&dir, FileFault::NotAFile));
}

#[test]
fn sec_01_a_file_over_its_limit_and_a_pipe_are_not_read() {
    let dir = directory("limits");
    let mut text = root().pem().into_bytes();
    text.resize(8 * 1024 * 1024, b'\n');
    assert_eq!(file_trust_anchors(&write(&dir, "full.pem", &text)).unwrap().anchors.len(), 1);
    text.push(b'\n');
    let path = write(&dir, "over.pem", &text);
    assert_eq!(file_trust_anchors(&path).unwrap_err(), error(&path, FileFault::TooLarge(8 * 1024 * 1024)));
    let pipe = dir.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(file_trust_anchors(&pipe).unwrap_err(), error(&pipe, FileFault::NotAFile));
}

#[test]
fn a_directory_gives_its_hash_files_and_says_what_it_passed_over() {
    let dir = directory("capath");
    let (one, two, three) = (root(), root(), root());
    write(&dir, "0a1b2c3d.0", one.pem());
    write(&dir, "0a1b2c3d.1", two.pem());
    write(&dir, "ffffffff.9", one.pem());
    write(&dir, "one.pem", three.pem());
    write(&dir, "0a1b2c3d.r0", three.pem());
    write(&dir, "0a1b2c3d.10", three.pem());
    write(&dir, "0a1b2c3.0", three.pem());
    let broken = write(&dir, "deadbeef.0", "nothing");
    std::os::unix::fs::symlink(dir.join("gone"), dir.join("deadbeef.1")).unwrap();
    let reading = directory_trust_anchors(&dir).unwrap();
    assert_eq!((reading.files, reading.anchors.len()), (3, 2));
    assert_eq!(
        reading.skipped_files,
        [
            error(&broken, FileFault::NoTrustAnchor),
            error(&dir.join("deadbeef.1"), FileFault::Io(ErrorKind::NotFound)),
        ]
    );
    let empty = directory("capath_empty");
    assert_eq!(directory_trust_anchors(&empty).unwrap_err(), error(&empty, FileFault::NoTrustAnchor));
    let gone = empty.join("gone");
    let refused = directory_trust_anchors(&gone).unwrap_err();
    assert_eq!(refused, error(&gone, FileFault::Io(ErrorKind::NotFound)));
}

#[test]
fn several_sources_make_one_set_and_a_missing_one_fails_it() {
    let dir = directory("sources");
    let (one, two) = (root(), root());
    let first = write(&dir, "first.pem", one.pem());
    let second = write(&dir, "second.pem", format!("{}{}", one.pem(), two.pem()));
    let source = |path: &Path| TrustAnchorSource::File(path.to_str().unwrap().into());
    let reading = trust_anchors(&[source(&first), source(&second)]).unwrap();
    assert_eq!((reading.files, reading.anchors.len()), (2, 2), "a root in both counts once");
    let gone = dir.join("gone");
    let refused = trust_anchors(&[source(&first), source(&gone)]).unwrap_err();
    assert_eq!(refused, error(&gone, FileFault::Io(ErrorKind::NotFound)));
}

/// The store that the environment names is read: looked at from a second process, which has such an
/// environment, since that of this one is not to be changed under other tests.
#[test]
fn the_systems_store_is_the_one_that_the_environment_names() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("policy_files").join("system");
    let (roots, gone) = (dir.join("roots.pem"), dir.join("gone.pem"));
    #[expect(clippy::disallowed_methods, reason = "the second process is told what to look for")]
    let named = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    if named.as_ref() == Some(&roots) {
        assert_eq!(system_trust_anchors().unwrap().anchors.len(), 2);
    } else if named.as_ref() == Some(&gone) {
        let refused = system_trust_anchors().unwrap_err();
        assert_eq!(refused, error(&gone, FileFault::Io(ErrorKind::NotFound)));
    } else {
        let dir = directory("system");
        write(&dir, "roots.pem", format!("{}{}", root().pem(), root().pem()));
        for store in [&roots, &gone] {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap());
            child.args(["--exact", "the_systems_store_is_the_one_that_the_environment_names"]);
            let output = child.env("SSL_CERT_FILE", store).env_remove("SSL_CERT_DIR").output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && text.contains("1 passed"), "{text}");
        }
    }
}

#[test]
fn a_credential_is_read_from_one_file_or_from_two() {
    let dir = directory("credential");
    let ca = root();
    let own = leaf().dns("im.example.com").signed_by(&ca);
    let chain = format!("{}{}", own.pem(), ca.pem());
    let cert = write(&dir, "chain.pem", &chain);
    let key = write(&dir, "key.pem", key_pem(&own));
    let both = write(&dir, "both.pem", format!("{}{chain}", key_pem(&own)));
    for read in [credential(&cert, Some(&key)).unwrap(), credential(&both, None).unwrap()] {
        assert_eq!(read.leaf(), own.der);
        assert_eq!(read.chain().len(), 2);
    }
}

#[test]
fn atk_op_01_a_bad_credential_names_the_file_and_the_reason() {
    let dir = directory("bad_credential");
    let (own, other) = (leaf().self_signed(), leaf().self_signed());
    let cert = write(&dir, "cert.pem", own.pem());
    let foreign = write(&dir, "foreign.pem", key_pem(&other));
    let good = write(&dir, "key.pem", key_pem(&own));
    let refused = |chain: &Path, key: Option<&Path>| credential(chain, key).unwrap_err();
    let fault = FileFault::Credential;
    let broken = write(&dir, "broken.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    let encrypted = write(&dir, "encrypted.pem", pem("ENCRYPTED PRIVATE KEY", b"x"));
    let gone = dir.join("gone.pem");
    assert_eq!(refused(&cert, Some(&foreign)), error(&foreign, fault(CredentialError::KeyDoesNotMatch)));
    assert_eq!(refused(&cert, None), error(&cert, fault(CredentialError::NoKey)));
    assert_eq!(refused(&good, Some(&good)), error(&good, fault(CredentialError::NoCertificate)));
    assert_eq!(refused(&cert, Some(&encrypted)), error(&encrypted, fault(CredentialError::KeyEncrypted)));
    let block = CredentialError::MalformedBlock(PemText::Chain, 0);
    assert_eq!(refused(&broken, Some(&good)), error(&broken, fault(block)));
    assert_eq!(refused(&cert, Some(&gone)), error(&gone, FileFault::Io(ErrorKind::NotFound)));
    assert_eq!(refused(&gone, Some(&good)), error(&gone, FileFault::Io(ErrorKind::NotFound)));
    assert!(credential(&cert, Some(&good)).is_ok());
}

#[test]
fn revocation_lists_are_read_in_der_and_in_pem() {
    let dir = directory("lists");
    let ca = root();
    let list = revocation_list(&ca, &[], NOW - DAY, Some(NOW + DAY));
    let binary = write(&dir, "list.crl", &list);
    let text = write(&dir, "list.pem", pem("X509 CRL", &list));
    let lists = revocation_lists([binary.as_path(), &text]).unwrap();
    assert_eq!(lists.len(), 2);
    assert!(lists.iter().all(|list| list.is_current(NOW)));
    let bad = write(&dir, "bad.crl", "nothing");
    let malformed = FileFault::RevocationList(RevocationListError::Malformed);
    assert_eq!(revocation_lists([binary.as_path(), &bad]).unwrap_err(), error(&bad, malformed));
    assert_eq!(revocation_lists([]).unwrap().len(), 0);
}

#[test]
fn a_policy_is_read_with_what_it_names_beside_it() {
    let dir = directory("policy");
    let ca = root();
    write(&dir, "roots.pem", ca.pem());
    write(&dir, "list.crl", revocation_list(&ca, &[], NOW - DAY, Some(NOW + DAY)));
    let text =
        "preset = \"s2s\"\n[pkix]\ntrust_anchors = [\"file:roots.pem\"]\nrevocation_lists = [\"list.crl\"]\n";
    let path = write(&dir, "policy.toml", text);
    let reading = policy(&path).unwrap();
    assert_eq!(reading.policy.name(), "s2s-2026");
    assert_eq!(reading.policy.trust_anchors().len(), 1);
    assert_eq!(reading.policy.revocation_lists().len(), 1);
    assert_eq!(reading.anchors.files, 1);

    let gone = write(&dir, "gone.toml", text.replace("roots", "gone"));
    let expected = error(&dir.join("gone.pem"), FileFault::Io(ErrorKind::NotFound));
    assert_eq!(policy(&gone).unwrap_err(), expected);
    let none = write(&dir, "none.toml", "preset = \"s2s\"\n");
    let refused = policy(&none).unwrap_err();
    let no_anchors = TextFault::Policy(PolicyError::NoTrustAnchors);
    assert!(matches!(&refused.fault, FileFault::Policy(text) if *text.fault() == no_anchors), "{refused}");
    let typo = write(&dir, "typo.toml", "preset = \"s2s\"\nrequierment = \"authenticate\"\n");
    let refused = policy(&typo).unwrap_err();
    let message = "typo.toml: line 2, column 1: unknown key `requierment`; did you mean `requirement`?";
    assert!(refused.to_string().ends_with(message), "atk_op_03: {refused}");
    let latin = write(&dir, "latin.toml", b"preset = \"s2s\" # \xe9\n");
    assert_eq!(policy(&latin).unwrap_err(), error(&latin, FileFault::NotUtf8));
}

#[test]
fn atk_op_01_a_reload_with_a_bad_file_keeps_what_was_in_force() {
    let dir = directory("reload");
    let ca = root();
    let first = leaf().dns("a.example").signed_by(&ca);
    let policy_path =
        write(&dir, "policy.toml", "preset = \"s2s\"\n[pkix]\ntrust_anchors = [\"file:ca.pem\"]\n");
    write(&dir, "ca.pem", ca.pem());
    let cert = write(&dir, "a.pem", format!("{}{}", first.pem(), key_pem(&first)));
    let absent = dir.join("b.pem");
    let mut set = FileSet::new();
    set.policy_file(&policy_path).credential_files(["a.example".to_owned()], &cert, None);
    set.credential_files([], &absent, None);

    let outcomes = |set: &mut FileSet| -> Vec<FileOutcome> {
        set.reload(NOW).into_iter().map(|result| result.outcome).collect()
    };
    let not_there = error(&absent, FileFault::Io(ErrorKind::NotFound));
    let missing = FileOutcome::Missing(not_there);
    assert_eq!(outcomes(&mut set), [FileOutcome::Read, FileOutcome::Read, missing.clone()]);
    let policy_before = set.policy().unwrap().fingerprint();
    let served = |set: &FileSet| set.credentials().which("a.example").unwrap().credentials[0].leaf().to_vec();
    assert_eq!(served(&set), first.der);

    write(&dir, "policy.toml", "preset = \"nothing\"");
    write(&dir, "a.pem", first.pem());
    let results = outcomes(&mut set);
    assert!(matches!(&results[0], FileOutcome::Kept(error) if error.path.as_deref() == Some(&*policy_path)));
    let no_key = error(&cert, FileFault::Credential(CredentialError::NoKey));
    assert_eq!(results[1..], [FileOutcome::Kept(no_key), missing]);
    assert_eq!(set.policy().unwrap().fingerprint(), policy_before);
    assert_eq!(served(&set), first.der);

    let second = leaf().dns("a.example").signed_by(&ca);
    write(&dir, "policy.toml", "preset = \"s2s-with-dialback\"\n[pkix]\ntrust_anchors = [\"file:ca.pem\"]\n");
    write(&dir, "a.pem", format!("{}{}", second.pem(), key_pem(&second)));
    write(&dir, "b.pem", format!("{}{}", first.pem(), key_pem(&first)));
    assert_eq!(outcomes(&mut set), [FileOutcome::Read, FileOutcome::Read, FileOutcome::Read]);
    assert_ne!(set.policy().unwrap().fingerprint(), policy_before);
    assert_eq!(served(&set), second.der);
    assert_eq!(set.credentials().by_default().unwrap().credentials[0].leaf(), first.der);
}

#[test]
fn atk_op_01_an_expired_certificate_does_not_replace_one_in_force() {
    let dir = directory("expired");
    let ca = root();
    let good = leaf().dns("a.example").signed_by(&ca);
    let old = leaf().dns("a.example").expired().signed_by(&ca);
    let early = leaf().dns("a.example").not_yet_valid().signed_by(&ca);
    let text = |issued: &Issued| format!("{}{}", issued.pem(), key_pem(issued));
    let path = write(&dir, "a.pem", text(&old));
    let mut set = FileSet::new();
    set.credential_files(["a.example".to_owned()], &path, None);
    let outcome = |set: &mut FileSet| set.reload(NOW).remove(0).outcome;
    let served = |set: &FileSet| set.credentials().which("a.example").unwrap().credentials[0].leaf().to_vec();

    assert!(
        matches!(outcome(&mut set), FileOutcome::Doubtful(error) if matches!(error.fault, FileFault::Expired { not_after } if not_after < NOW))
    );
    assert_eq!(served(&set), old.der, "nothing better was there");
    write(&dir, "a.pem", text(&good));
    assert_eq!(outcome(&mut set), FileOutcome::Read);
    for doubtful in [&old, &early] {
        write(&dir, "a.pem", text(doubtful));
        let kept = outcome(&mut set);
        assert!(
            matches!(&kept, FileOutcome::Kept(error) if matches!(error.fault, FileFault::Expired { .. } | FileFault::NotYetValid { .. })),
            "{kept:?}"
        );
        assert_eq!(served(&set), good.der);
    }
}
