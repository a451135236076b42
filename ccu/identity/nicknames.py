"""Names that one person answers to: short forms and spellings, grouped under a full name.

The first name of a line is the head of its group. A name may stand in several groups (Alex is
Alexander or Alexandra): two names may be one person's when they share a group. American
and Spanish-speaking use; written for ccu, to be added to when a town misses one.
"""

from functools import cache

GROUPS = """
aaron ron ronnie erin
abigail abby abbie gail
abraham abe bram
ada adie
adam ad
adelaide addie adele heidi
adrian ade
agnes aggie nessie
alan allan allen al
albert al bert bertie albie alberto beto
alejandro alex ale jandro alexander
alejandra alex ale sandra alexandra
alexander alex al alec xander sandy lex sasha zander aleksander alexandre alejandro
alexandra alex sandra sandy lexi lexie sasha alexa alexandria alejandra
alfonso alphonso al poncho ponchito fonzie
alfred al fred freddy alf alfie alfredo fredo
alice allie ali alicia
alison allison ali allie
alvin al vin
amanda mandy manda
amelia amy millie mel
ana anna anita ann anne anya
anastasia stacy stacey ana tasia
andrea andi andie drea
andrew andy drew andre andreas andres
angela angie angel angelina
anne ann anna annie nancy nan hannah
anthony tony ant antonio toño tonio
antonia toni tonya tonia
antonio tony toño tonio anthony tonito
archibald archie
arnold arnie
arthur art artie arturo
arturo turo art arthur
augustus gus august augie augustine agustin
barbara barb barbie babs bobbie
bartholomew bart
beatrice bea trixie beatriz
belinda bel linda
benjamin ben benny benji benjy
bernadette bernie
bernard bernie barney bernardo nardo
bethany beth
beverly bev beverley
bradley brad
bradford brad ford
brandon bran
brenda bren
brian bryan bryant
bridget biddy bridie bridgette brigid
caitlin kaitlyn katelyn caitlyn kate katie cate
calvin cal
cameron cam
candace candy candice
carl karl carlos
carlos charlie charles carlitos
carmen carmela carmelita
caroline carol carrie carolyn lina caro carolina
carol carole carrie carolyn caroline
cassandra cassie sandra cass
catalina cata lina catherine
cecilia ceci cissy celia cecelia
charles charlie chuck chas chip charley carlos
charlotte charlie lottie char lotte
chester chet
christina chris tina chrissy christine kristina kristine cristina christy
christine chris tina chrissy christina kristine christy
christopher chris kit topher kris cristopher kristopher cristobal
clarence clare
clifford cliff
clinton clint
concepcion concha conchita connie
constance connie
consuelo chelo connie
cornelius neil con corny
craig greg
crystal chris krystal cristal
curtis curt kurt
cynthia cindy cyndi cindi
daniel dan danny daniels dani
danielle dani danni danny daniela ella
david dave davey davy davi
deborah debbie deb debra debby
delores lola dolores lolita
dennis denny den dennie
diana di diane dianne dinah
dominic dom nick dominick nic
donald don donnie donny
donna dona
dorothy dot dottie dolly dory dotty
douglas doug
eduardo eddie lalo ed edward
edgar ed eddie
edith edie
edmund ed eddie ned ted edmond
edward ed eddie ned ted teddy eddy eduardo
edwin ed eddie win
eileen aileen
elaine lainey elena
eleanor ellie nell nora ella elinor nellie lenore
elena nena elaine helen
elijah eli lige
elizabeth liz beth betsy betty eliza lizzie libby bess bessie lisa elisabeth liza lily isabel ellie
ellen nell nellie ellie helen
emanuel manny emmanuel manuel
emily em emmy emilia millie
emma em emmy
enrique kike quique henry rick
eric erik rick
ernest ernie ernesto neto
esperanza espe lanza hope
esther hester essie ester
eugene gene
evelyn eve evie
federico fede fred lico frederick
felicia fel
felipe pipe phil philip
fernando fer nando ferdinand
florence flo flossie florrie
frances fran frankie fanny francine sis francesca
francis frank frankie fran
francisca paca paquita frances pancha
francisco paco pancho frank francis cisco kiko paquito
franklin frank frankie
frederick fred freddie freddy fritz rick frederic federico
gabriel gabe gabby
gabriela gabby gabi gaby gabrielle
geoffrey geoff jeff jeffrey
george georgie jorge
gerald gerry jerry gerard geraldo
geraldine gerry jerry
gertrude gertie trudy
gilbert gil bert gilberto beto
gloria glo
gordon gordy
grace gracie
graciela chela grace
gregory greg gregg greggory gregorio goyo
guadalupe lupe lupita pita
guillermo memo william guille
guillermina mina willa
gustavo gus tavo
gwendolyn gwen wendy
hannah anna hanna
harold hal harry
harriet hattie harriett
heather heath
hector tito
helen nell nellie ellen lena helena elena
henry hank harry hal enrique
herbert herb bert
herman manny
hortensia tencha
howard howie
hubert bert hugh
humberto beto
ian iain
ignacio nacho
irene rena
isaac ike zac
isabel belle isabella bella izzy isabelle chabela chavela ysabel bel elizabeth
ivan van
jacob jake jakob jay coby
jacqueline jackie jacquelyn jacklyn jacki
james jim jimmy jamie jaime jem jimmie
jamie jaime james
jane janie jan jayne jean jenny janet
janet jan jane
jason jay jase
javier javi xavier
jean jeanne jeannie gene
jeffrey jeff geoff jeffery jeffry
jennifer jen jenny jenn jennie
jeremy jerry jeremiah jem
jerome jerry
jessica jess jessie jesse
jesse jess jessie
jesus chuy chucho chuyito
jill gillian jillian
joan joanie jo joann
joanna jo joan joanne joann joanie
joaquin quino
john johnny jack jon johnnie juan johny jackie
jonathan jon jonny nathan jonathon johnathan john johnny
jordan jordy
jorge coque george
jose pepe chepe joey joe joseph josecito pepito
josefina josie fina pepa josephine chepina
joseph joe joey jose jo joesph
josephine jo josie josefina fina
joshua josh
joyce joy
juan juanito john johnny
juana juanita jane
judith judy judi
julia julie jules juliet
julian jules jule julio
karen kari carrie karin karyn
katherine kate katie kathy kat kathryn catherine cathy kay kitty kit katharine katy kathie cate
kathleen kathy kate katie kay cathleen kat cathy
kayla kay
keith keath
kenneth ken kenny
kevin kev
kimberly kim kimmy kimberley
kristen kris kristin kirsten krissy kristy
laura laurie lori lauren
lauren laurie ren laura loren
lawrence larry laurence lars lorenzo
leonard leo len lenny leon leonardo
leonardo leo leonard nardo
leroy roy lee
leslie les lesley
leticia lety letty leti
lewis lew louis louie
lillian lily lil lilly liliana
linda lin lindy lynda
lisa liza elisa
lorenzo lencho larry lawrence
lorraine lori rainey
louis lou louie luis lewis
louise lou lulu luisa
lourdes lulu
lucas luke luc
lucille lucy lucia
lucia lucy lucha
luis louis lucho luisito
luz lucita
lynn lyn lynne
mackenzie mac kenzie
madeline maddie maddy madeleine madelyn
magdalena magda lena malena
manuel manny manolo manolito emanuel meme
marcia marcie marsha
marcus marc mark marco marcos
margaret maggie meg peggy marge margie rita greta peg daisy madge margarita margo margot
margarita rita mago margaret marga
maria mary mia marie mari maricela
marianne mary anne marian
maribel mari bel
marilyn mary lynn
marion mary
marjorie marge margie margery
mark marc marcus marcos marco
martha marty mattie patty marta
martin marty mart
marvin marv
mary molly polly mae mamie marie may maria
mary-ann maryann maryanne marianne
matilda tilly mattie
matthew matt mathew matty mat mateo
maureen mo reenie
maurice mo maury moe morris
maximilian max
maxwell max
megan meg meghan meagan
melanie mel
melissa mel missy lissa
melvin mel vin
mercedes meche mercy
michael mike mick mickey micky mikey miguel micheal mitch michel
michelle shelly chelle michele mickey shell
miguel mike migue michael
mildred millie
miriam mimi mira
mitchell mitch
mohammed mohammad muhammad mohamed mo mohamad
monica moni mona
montgomery monty
morris mo
moses mo moe
nancy nan nance
natalie nat talie nattie natalia
natasha tasha nat
nathan nate nat
nathaniel nate nathan nat
nicholas nick nicky nico nic nicolas klaus cole
nicole nicky nikki nic nicki
norma normie
norman norm
octavio tavo
oliver ollie oli
olivia liv livvy ollie
oscar ozzie
oswald ozzie
pablo paul
pamela pam pammy
patricia pat patty trish patsy tricia trisha pati paty
patrick pat paddy rick patricio pato
paul pauly paulie pablo
paula polly pauline
pauline paula polly
pedro peter perico
penelope penny
peter pete pedro
philip phil phillip pip felipe
phyllis phyl
priscilla cilla prissy
rachel rae rachael shelly raquel
rafael rafa ralph raph rafi raphael
ramon moncho ray monchi raymond
ramona mona
randall randy
randolph randy
raul ralph rulo
raymond ray ramon
rebecca becky becca reba beck rebekah
refugio cuca cuco
reginald reg reggie rex
rene renee
renee rene
ricardo rick ricky rico richard cardo
richard rick dick rich richie ricky dickie ritchie ricardo
robert bob rob bobby robbie bert robby roberto bobbie
roberta bobbie robbie berta
roberto beto robert rob bob berto tito
roderick rod rick
rodney rod
rodolfo rudy fito rodo rudolph
rodrigo rod rigo
roger rog rodger rogelio
roland rollie rolando
ronald ron ronnie ronny
rosa rose rosie rosita
rosario chayo charo
rosemary rose rosie mary rosemarie
roxanne roxy roxie
rudolph rudy rolf dolph
russell russ rusty
ruth ruthie
salvador chava sal chavo salva
samantha sam sammy mantha
samuel sam sammy
sandra sandy sandi sondra
santiago chago santi james diego
sarah sally sadie sara
saul solly
scott scotty scot
sean shawn shaun shane
sebastian seb bas bastian
sergio checo serge
seth
sharon shari sherry
sheila shelia
shirley shirl
sidney sid sydney syd
silvia sylvia
socorro coco
sofia sophia sophie chofi fia
solomon sol solly
sophia sophie sofia
stanley stan
stephanie steph stef stevie stefanie stephany
stephen steve stevie steven stefan esteban steph
stuart stu stewart
susan sue susie suzy suzanne susana susannah suzie
susana susan sue sussy
sylvester sly
tabitha tabby
tamara tammy tam
tamika tami
teresa terry tess theresa tessa tere teri terri tracy
terrence terry terence terrance
thaddeus tad thad
thelma
theodore ted teddy theo
theresa terry teresa tess tessa teri terri
thomas tom tommy thom tomas
tiffany tiff
timothy tim timmy
tobias toby
tomas thomas tom
tracy tracey traci teresa
trinidad trini
ulysses
valentina val vale
valerie val valeria
vanessa nessa van
vernon vern
veronica ronnie vero roni nica
vicente chente vince vincent
victor vic vick
victoria vicky tori vicki vic vickie tory
vincent vin vince vinny vinnie vicente
virginia ginny ginger gina virgie
vivian viv vivien
wallace wally
walter walt wally
wanda
warren
wendy wen
wesley wes
wilfred will fred wilf
wilhelmina mina willa billie minnie
william bill will billy willie liam willy bil wm guillermo wil
winifred winnie fred freda
winston win
xavier javier xavi
yolanda yoli
yvette evette
yvonne vonnie
zachary zach zack zac zak zachariah
"""


@cache
def _table() -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for line in GROUPS.split("\n"):
        names = line.replace("-", "").replace("ñ", "n").split()
        for name in names:
            groups.setdefault(name, set()).add(names[0])
    return {name: frozenset(heads) for name, heads in groups.items()}


def heads(name: str) -> frozenset[str]:
    """The full names that a folded given name may stand for; itself where none is known."""
    return _table().get(name) or frozenset((name,))
